import type { Filter } from '../plugins.ts';

/** cpu, memory, ephemeral storage, extended resources and the number of pods. Names all that is short. */
export const nodeResourcesFit: Filter = (pod, node) => {
  let reasons: string[] | undefined;
  if (node.pods.size + 1 > (node.allocatable.get('pods') ?? 0)) reasons = ['Too many pods'];
  for (const [name, wanted] of pod.requests) {
    const allocatable = node.allocatable.get(name) ?? 0;
    if (wanted === 0 || wanted <= allocatable - (node.requested.get(name) ?? 0)) continue;
    reasons ??= [];
    reasons.push(`Insufficient ${name}`);
  }
  return reasons && { reasons };
};
