import type { BuiltInGroup } from '../group.ts';
import { componentStatuses } from './component-status.ts';
import { configMaps } from './config-map.ts';
import { coreDefaults } from './defaults.ts';
import { endpoints } from './endpoints.ts';
import { events } from './event.ts';
import { limitRanges } from './limit-range.ts';
import { coreMergeRules } from './merge.ts';
import { namespaces } from './namespace.ts';
import { nodes } from './node.ts';
import { persistentVolumes } from './persistent-volume.ts';
import { persistentVolumeClaims } from './persistent-volume-claim.ts';
import { pods } from './pod.ts';
import { podDefaults } from './pod-defaults.ts';
import { podMergeRules } from './pod-merge.ts';
import { podTemplates } from './pod-template.ts';
import { replicationControllers } from './replication-controller.ts';
import { resourceQuotas } from './resource-quota.ts';
import { secrets } from './secret.ts';
import { services } from './service.ts';
import { serviceAccounts } from './service-account.ts';

export const core: BuiltInGroup = {
  group: '',
  resources: [
    componentStatuses,
    configMaps,
    endpoints,
    events,
    limitRanges,
    namespaces,
    nodes,
    persistentVolumeClaims,
    persistentVolumes,
    pods,
    podTemplates,
    replicationControllers,
    resourceQuotas,
    secrets,
    serviceAccounts,
    services,
  ],
  bodies: ['io.k8s.api.core.v1.Binding'],
  mergeRules: [coreMergeRules, podMergeRules],
  defaults: [coreDefaults, podDefaults],
};
