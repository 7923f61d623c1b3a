import type { Pod } from '../../client/resources.ts';
import type { AdmissionPlugin } from './contract.ts';
import { isAbout } from './forbid.ts';

/** How long a pod stays on a node that is not ready or cannot be reached, when the pod does not say. */
const SECONDS = 300;
const TAINTS = ['node.kubernetes.io/not-ready', 'node.kubernetes.io/unreachable'];

/** Upstream's DefaultTolerationSeconds. */
export function defaultTolerationSeconds(): AdmissionPlugin {
  return {
    name: 'DefaultTolerationSeconds',
    handles: (request) =>
      (request.operation === 'CREATE' || request.operation === 'UPDATE') && isAbout(request, '', 'pods'),
    async admit({ object }) {
      const { spec } = object as unknown as Pod;
      if (spec === undefined) return;
      const own = spec.tolerations ?? [];
      const missing = TAINTS.filter(
        (taint) => !own.some(({ key, effect }) => (!key || key === taint) && (!effect || effect === 'NoExecute')),
      );
      if (missing.length === 0) return;
      spec.tolerations = [
        ...own,
        ...missing.map((key) => ({
          key,
          operator: 'Exists' as const,
          effect: 'NoExecute' as const,
          tolerationSeconds: SECONDS,
        })),
      ];
    },
  };
}
