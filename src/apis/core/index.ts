import type { BuiltInGroup } from '../group.ts';
import { configMaps } from './config-map.ts';
import { coreDefaults } from './defaults.ts';
import { endpoints } from './endpoints.ts';
import { events } from './event.ts';
import { coreMergeRules } from './merge.ts';
import { namespaces } from './namespace.ts';
import { nodes } from './node.ts';
import { pods } from './pod.ts';
import { podDefaults } from './pod-defaults.ts';
import { podMergeRules } from './pod-merge.ts';
import { podTemplates } from './pod-template.ts';
import { replicationControllers } from './replication-controller.ts';
import { secrets } from './secret.ts';
import { services } from './service.ts';
import { serviceAccounts } from './service-account.ts';

export const core: BuiltInGroup = {
  group: '',
  resources: [
    configMaps,
    endpoints,
    events,
    namespaces,
    nodes,
    pods,
    podTemplates,
    replicationControllers,
    secrets,
    serviceAccounts,
    services,
  ],
  bodies: ['io.k8s.api.core.v1.Binding'],
  mergeRules: [coreMergeRules, podMergeRules],
  defaults: [coreDefaults, podDefaults],
};
