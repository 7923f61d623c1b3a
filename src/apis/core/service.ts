import type { IService } from 'kubernetes-models/v1/Service';
import type { IServiceSpec } from 'kubernetes-models/v1/ServiceSpec';
import type { Strategy } from '../../apiserver/registry/contract.ts';
import { nameIsDns1035Label } from '../../meta/names.ts';
import { builtIn, type Stored } from '../built-in.ts';
import { allocateService } from './service-allocation.ts';
import { serviceColumns } from './service-columns.ts';
import { setFamilies } from './service-families.ts';
import { isExternallyAccessible } from './service-needs.ts';
import { alignClusterIPs, dropUnneeded, keepAllocated } from './service-update.ts';
import { validateService, validateServiceStatusUpdate, validateServiceUpdate } from './validation/service.ts';

export type Service = Stored<IService>;

/** Upstream's SetDefaults_Service, as far as values depend on others. */
function defaultSpec(spec: IServiceSpec): void {
  if (spec.sessionAffinity === 'ClientIP') {
    const timeoutSeconds = spec.sessionAffinityConfig?.clientIP?.timeoutSeconds ?? 10_800;
    spec.sessionAffinityConfig = { clientIP: { timeoutSeconds } };
  } else if (spec.sessionAffinity === 'None') delete spec.sessionAffinityConfig;
  for (const port of spec.ports ?? []) port.targetPort ||= port.port;
  if (isExternallyAccessible(spec)) spec.externalTrafficPolicy ||= 'Cluster';
  if (spec.type !== 'ExternalName') spec.internalTrafficPolicy ||= 'Cluster';
  if (spec.type === 'LoadBalancer') spec.allocateLoadBalancerNodePorts ??= true;
}

const strategy: Strategy<Service> = {
  generation: false,
  allowCreateOnUpdate: true,
  returnsDeletedObject: true,
  validateName: nameIsDns1035Label,
  default({ spec, status }) {
    if (spec !== undefined) defaultSpec(spec);
    if (spec?.type !== 'LoadBalancer') return;
    for (const ingress of status?.loadBalancer?.ingress ?? []) if (ingress.ip) ingress.ipMode ||= 'VIP';
  },
  prepareForCreate({ cluster }, service) {
    if (service.spec === undefined) return;
    alignClusterIPs(service.spec);
    setFamilies(cluster, service.spec);
  },
  prepareForUpdate({ cluster }, service, old) {
    if (service.spec === undefined || old.spec === undefined) return;
    keepAllocated(service.spec, old.spec);
    alignClusterIPs(service.spec, old.spec);
    dropUnneeded(service.spec, old.spec);
    setFamilies(cluster, service.spec, old.spec);
  },
  validate: validateService,
  validateUpdate: validateServiceUpdate,
  validateStatusUpdate: validateServiceStatusUpdate,
  allocate: ({ cluster }, service, old, attempt) => allocateService(cluster, service, old, attempt),
};

export const services = builtIn<Service>('io.k8s.api.core.v1.Service', {
  resource: 'services',
  singular: 'service',
  shortNames: ['svc'],
  categories: ['all'],
  namespaced: true,
  status: true,
  subresources: {
    proxy: {
      by: 'handler',
      verbs: ['create', 'delete', 'get', 'patch', 'update'],
      kind: { kind: 'ServiceProxyOptions' },
      connect: true,
    },
  },
  strategy,
  selectableFields: {
    'spec.clusterIP': ({ spec }) => spec?.clusterIP ?? '',
    'spec.type': ({ spec }) => spec?.type ?? '',
  },
  columns: serviceColumns,
});
