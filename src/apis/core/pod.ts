import { builtIn } from '../built-in.ts';
import { podBinding } from './pod-binding.ts';
import { podColumns } from './pod-columns.ts';
import { type Pod, podStrategy } from './pod-strategy.ts';

export type { Pod } from './pod-strategy.ts';

export const pods = builtIn<Pod>('io.k8s.api.core.v1.Pod', {
  resource: 'pods',
  singular: 'pod',
  shortNames: ['po'],
  categories: ['all'],
  namespaced: true,
  status: true,
  subresources: {
    binding: podBinding,
    eviction: { by: 'handler', verbs: ['create'], kind: { group: 'policy', version: 'v1', kind: 'Eviction' } },
    log: { by: 'handler', verbs: ['get'], kind: { kind: 'Pod' } },
    exec: { by: 'handler', verbs: ['create', 'get'], kind: { kind: 'PodExecOptions' }, connect: true },
    attach: { by: 'handler', verbs: ['create', 'get'], kind: { kind: 'PodAttachOptions' }, connect: true },
    portforward: { by: 'handler', verbs: ['create', 'get'], kind: { kind: 'PodPortForwardOptions' }, connect: true },
    proxy: {
      by: 'handler',
      verbs: ['create', 'delete', 'get', 'patch', 'update'],
      kind: { kind: 'PodProxyOptions' },
      connect: true,
    },
  },
  strategy: podStrategy,
  selectableFields: {
    'spec.nodeName': ({ spec }) => spec?.nodeName ?? '',
    'spec.restartPolicy': ({ spec }) => spec?.restartPolicy ?? '',
    'spec.schedulerName': ({ spec }) => spec?.schedulerName ?? '',
    'spec.serviceAccountName': ({ spec }) => spec?.serviceAccountName ?? '',
    'spec.hostNetwork': ({ spec }) => String(spec?.hostNetwork ?? false),
    'status.phase': ({ status }) => status?.phase ?? '',
    'status.podIP': ({ status }) => status?.podIPs?.[0]?.ip ?? status?.podIP ?? '',
    'status.nominatedNodeName': ({ status }) => status?.nominatedNodeName ?? '',
  },
  columns: podColumns,
});
