/** Why a pod fits nowhere, in upstream's words (framework.FitError). */
import type { Rejection } from './plugins.ts';

export const NO_NODES = 'no nodes available to schedule pods';

/** Each reason counted over the nodes. Upstream adds what preemption makes of it, which Kedge's scheduler does not do. */
export function fitError(rejections: readonly Rejection[]): string {
  if (rejections.length === 0) return NO_NODES;
  return `${available(rejections.length)} ${histogram(rejections.flatMap(({ reasons }) => reasons))}.`;
}

/** As fitError, for a pod that no node was asked about. */
export function refusedError(nodes: number, why: string): string {
  return nodes === 0 ? NO_NODES : `${available(nodes)} ${why}.`;
}

function available(nodes: number): string {
  return `0/${nodes} nodes are available:`;
}

/** `1 Insufficient cpu, 2 node(s) were unschedulable`, sorted as text. */
function histogram(reasons: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const reason of reasons) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  return [...counts]
    .map(([reason, count]) => `${count} ${reason}`)
    .sort()
    .join(', ');
}
