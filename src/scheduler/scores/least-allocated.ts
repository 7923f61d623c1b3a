import { MAX_SCORE, type Score } from '../plugins.ts';

const RESOURCES = ['cpu', 'memory'] as const;

/** Nodes with the most cpu and memory left come first (upstream's default NodeResourcesFit strategy). */
export const leastAllocated: Score = (pod, nodes) =>
  nodes.map((node) => {
    let sum = 0;
    let counted = 0;
    for (const resource of RESOURCES) {
      const capacity = node.allocatable.get(resource) ?? 0;
      if (capacity === 0) continue;
      const requested = (node.requestedForScore.get(resource) ?? 0) + (pod.requestsForScore.get(resource) ?? 0);
      sum += requested > capacity ? 0 : Math.floor(((capacity - requested) * MAX_SCORE) / capacity);
      counted++;
    }
    return counted === 0 ? 0 : Math.floor(sum / counted);
  });
