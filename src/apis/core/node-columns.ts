/** How a node is printed (upstream's printNode). */
import type { INode } from 'kubernetes-models/v1/Node';
import type { INodeSystemInfo } from 'kubernetes-models/v1/NodeSystemInfo';
import type { Column, Stored } from '../built-in.ts';
import { age, described } from '../columns.ts';

type Node = Stored<INode>;

function status({ spec, status }: Node): string {
  const ready = status?.conditions?.find(({ type }) => type === 'Ready');
  const word = ready === undefined ? 'Unknown' : ready.status === 'True' ? 'Ready' : 'NotReady';
  return spec?.unschedulable ? `${word},SchedulingDisabled` : word;
}

const ROLE_PREFIX = 'node-role.kubernetes.io/';

function roles({ metadata }: Node): string {
  const found = Object.entries(metadata.labels ?? {}).flatMap(([key, value]) => {
    if (key.startsWith(ROLE_PREFIX)) return key.slice(ROLE_PREFIX.length) || [];
    return key === 'kubernetes.io/role' && value !== '' ? value : [];
  });
  return [...new Set(found)].sort().join(',') || '<none>';
}

function address(type: string) {
  return ({ status }: Node) => status?.addresses?.find((each) => each.type === type)?.address ?? '<none>';
}

const SYSTEM_INFO = 'io.k8s.api.core.v1.NodeSystemInfo';

/** A column of status.nodeInfo. */
function info(name: string, field: keyof INodeSystemInfo & string): Column<Node> {
  return {
    name,
    type: 'string',
    priority: 1,
    description: described(SYSTEM_INFO, field),
    cell: ({ status }) => String(status?.nodeInfo?.[field] || '<unknown>'),
  };
}

export const nodeColumns: readonly Column<Node>[] = [
  { name: 'Status', type: 'string', description: 'The status of the node', cell: status },
  { name: 'Roles', type: 'string', description: 'The roles of the node', cell: roles },
  age,
  {
    name: 'Version',
    type: 'string',
    description: described(SYSTEM_INFO, 'kubeletVersion'),
    cell: ({ status }) => status?.nodeInfo?.kubeletVersion ?? '',
  },
  ...['Internal-IP', 'External-IP'].map((name) => ({
    name,
    type: 'string' as const,
    priority: 1,
    description: described('io.k8s.api.core.v1.NodeStatus', 'addresses'),
    cell: address(name.replace('-', '')),
  })),
  info('OS-Image', 'osImage'),
  info('Kernel-Version', 'kernelVersion'),
  info('Container-Runtime', 'containerRuntimeVersion'),
];
