import type { INode } from 'kubernetes-models/v1/Node';
import type { Strategy } from '../../apiserver/registry/contract.ts';
import { builtIn, type Stored } from '../built-in.ts';
import { allocatePodCIDR } from './node-allocation.ts';
import { nodeColumns } from './node-columns.ts';
import { validateNode, validateNodeStatusUpdate, validateNodeUpdate } from './validation/node.ts';

export type Node = Stored<INode>;

const strategy: Strategy<Node> = {
  generation: false,
  // The node's agent registers it with what it found.
  keepsStatusOnCreate: true,
  default({ status }) {
    if (status?.capacity !== undefined) status.allocatable ??= { ...status.capacity };
  },
  validate: validateNode,
  validateUpdate: validateNodeUpdate,
  validateStatusUpdate: validateNodeStatusUpdate,
  allocate: ({ cluster }, node, _old, attempt) => allocatePodCIDR(cluster, node, attempt),
};

export const nodes = builtIn<Node>('io.k8s.api.core.v1.Node', {
  resource: 'nodes',
  singular: 'node',
  shortNames: ['no'],
  namespaced: false,
  status: true,
  subresources: {
    proxy: {
      by: 'handler',
      verbs: ['create', 'delete', 'get', 'patch', 'update'],
      kind: { kind: 'NodeProxyOptions' },
      connect: true,
    },
  },
  strategy,
  selectableFields: { 'spec.unschedulable': ({ spec }) => String(spec?.unschedulable ?? false) },
  columns: nodeColumns,
});
