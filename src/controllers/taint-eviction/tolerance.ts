/** How long a pod may stay on a node with NoExecute taints. Pure. */
import type { Node, Pod } from '../../client/resources.ts';

export type Taint = NonNullable<NonNullable<Node['spec']>['taints']>[number];
type Toleration = NonNullable<NonNullable<Pod['spec']>['tolerations']>[number];

export function noExecuteTaints(node: Node): Taint[] {
  return (node.spec?.taints ?? []).filter((taint) => taint.effect === 'NoExecute');
}

export function tolerates(toleration: Toleration, taint: Taint): boolean {
  if (toleration.effect && toleration.effect !== taint.effect) return false;
  if (toleration.key && toleration.key !== taint.key) return false;
  switch (toleration.operator || 'Equal') {
    case 'Exists':
      return true;
    case 'Equal':
      return toleration.key !== undefined && (toleration.value ?? '') === (taint.value ?? '');
    default:
      return false;
  }
}

/**
 * When the pod has to leave, in milliseconds since the epoch: 0 at once, undefined never. A limited toleration runs from
 * when the taint came, or the pod if it came later.
 */
export function evictionTime(pod: Pod, taints: readonly Taint[]): number | undefined {
  const arrived = Date.parse(pod.status?.startTime ?? pod.metadata.creationTimestamp ?? '') || 0;
  let earliest: number | undefined;
  for (const taint of taints) {
    const matching = (pod.spec?.tolerations ?? []).filter((toleration) => tolerates(toleration, taint));
    if (matching.length === 0) return 0;
    const limits = matching.flatMap(({ tolerationSeconds }) => tolerationSeconds ?? []);
    if (limits.length === 0) continue;
    const seconds = Math.max(0, Math.min(...limits.map(Number)));
    const since = Math.max(Date.parse(taint.timeAdded ?? '') || 0, arrived);
    earliest = Math.min(earliest ?? Infinity, seconds === 0 ? 0 : since + seconds * 1000);
  }
  return earliest;
}
