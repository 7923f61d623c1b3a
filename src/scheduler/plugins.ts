/** The two function types that scheduling is made of. Both are pure: they read the snapshot and change nothing. */
import type { NodeInfo, PodInfo } from './infos.ts';
import type { Snapshot } from './snapshot.ts';

export interface Rejection {
  /** In upstream's words, each counted over all nodes in the pod's message. */
  reasons: readonly string[];
}

/** Why the node cannot take the pod; undefined when it can. */
export type Filter = (pod: PodInfo, node: NodeInfo, snapshot: Snapshot) => Rejection | undefined;

/** How well each of the nodes suits the pod, 0 to 100, in the nodes' order; normalized over these nodes. */
export type Score = (pod: PodInfo, nodes: readonly NodeInfo[], snapshot: Snapshot) => readonly number[];

export interface WeightedScore {
  score: Score;
  weight: number;
}

export interface Plugins {
  /** In order; the first that rejects a node gives its reasons. */
  filters: readonly Filter[];
  scores: readonly WeightedScore[];
}

export const MAX_SCORE = 100;

/** Scales so that the greatest is 100; with `reverse`, so that the greatest is 0. As upstream's DefaultNormalizeScore. */
export function normalize(raw: readonly number[], reverse = false): number[] {
  const max = Math.max(0, ...raw);
  if (max === 0) return raw.map(() => (reverse ? MAX_SCORE : 0));
  return raw.map((score) => {
    const scaled = Math.floor((MAX_SCORE * score) / max);
    return reverse ? MAX_SCORE - scaled : scaled;
  });
}
