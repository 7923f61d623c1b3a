import type { Node } from '../../client/resources.ts';
import type { AdmissionPlugin } from './contract.ts';
import { isAbout } from './forbid.ts';

const NOT_READY = { key: 'node.kubernetes.io/not-ready', effect: 'NoSchedule' } as const;

/**
 * Upstream's TaintNodesByCondition: a new node takes no pods until the node lifecycle controller has seen it ready and
 * removes the taint.
 */
export function nodeTaint(): AdmissionPlugin {
  return {
    name: 'TaintNodesByCondition',
    handles: (request) => request.operation === 'CREATE' && isAbout(request, '', 'nodes'),
    async admit({ object }) {
      const node = object as unknown as Node;
      node.spec ??= {};
      const taints = node.spec.taints ?? [];
      if (taints.some(({ key, effect }) => key === NOT_READY.key && effect === NOT_READY.effect)) return;
      node.spec.taints = [...taints, { ...NOT_READY }];
    },
  };
}
