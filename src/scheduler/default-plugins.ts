/** Upstream's default profile, as far as Kedge has it, in its order and with its weights. */
import { nodeAffinity } from './filters/node-affinity.ts';
import { nodeName } from './filters/node-name.ts';
import { nodePorts } from './filters/node-ports.ts';
import { nodeResourcesFit } from './filters/node-resources-fit.ts';
import { nodeUnschedulable } from './filters/node-unschedulable.ts';
import { taintToleration } from './filters/taint-toleration.ts';
import type { Plugins } from './plugins.ts';
import { defaultSpread } from './scores/default-spread.ts';
import { imageLocality } from './scores/image-locality.ts';
import { leastAllocated } from './scores/least-allocated.ts';
import { preferredNodeAffinity } from './scores/node-affinity.ts';
import { preferUntainted } from './scores/taint-toleration.ts';

export const DEFAULT_PLUGINS: Plugins = {
  filters: [nodeUnschedulable, nodeName, taintToleration, nodeAffinity, nodePorts, nodeResourcesFit],
  scores: [
    { score: preferUntainted, weight: 3 },
    { score: preferredNodeAffinity, weight: 2 },
    { score: leastAllocated, weight: 1 },
    { score: defaultSpread, weight: 2 },
    { score: imageLocality, weight: 1 },
  ],
};
