/** Why a pod fits nowhere, in upstream's words (framework.FitError and the preemption plugin's). */
import type { Pod } from '../client/resources.ts';
import type { Rejection } from './plugins.ts';

export const NO_NODES = 'no nodes available to schedule pods';

/** Each reason counted over the nodes, and what preemption makes of it: it is not done yet, so it finds no victims. */
export function fitError(pod: Pod, rejections: readonly Rejection[]): string {
  if (rejections.length === 0) return NO_NODES;
  const reasons = rejections.flatMap((rejection) => rejection.reasons);
  return `${available(rejections.length)} ${histogram(reasons)}. ${preemption(pod, rejections)}`;
}

/** As fitError, for a pod that no node was asked about. */
export function refusedError(pod: Pod, nodes: number, why: string): string {
  if (nodes === 0) return NO_NODES;
  const rejections = Array.from({ length: nodes }, () => ({ reasons: [], preemptable: false }));
  return `${available(nodes)} ${why}. ${preemption(pod, rejections)}`;
}

function preemption(pod: Pod, rejections: readonly Rejection[]): string {
  if (pod.spec?.preemptionPolicy === 'Never') return 'preemption: not eligible due to preemptionPolicy=Never.';
  const reasons = rejections.map(({ preemptable }) =>
    preemptable ? 'No preemption victims found for incoming pod' : 'Preemption is not helpful for scheduling',
  );
  return `preemption: ${available(rejections.length)} ${histogram(reasons)}.`;
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
