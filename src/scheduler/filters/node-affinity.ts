import { own } from '../../meta/own.ts';
import { anyTermMatches, pinnedNodes } from '../node-selector.ts';
import type { Filter, Rejection } from '../plugins.ts';

const REJECTION: Rejection = { reasons: ["node(s) didn't match Pod's node affinity/selector"] };
const NOT_PINNED: Rejection = { reasons: ["node(s) didn't satisfy plugin(s) [NodeAffinity]"] };

/** spec.nodeSelector and the required part of node affinity. */
export const nodeAffinity: Filter = ({ pod }, node) => {
  const required = pod.spec?.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  const terms = required?.nodeSelectorTerms ?? [];
  if (pinnedNodes(terms)?.has(node.name) === false) return NOT_PINNED;
  const selector = Object.entries(pod.spec?.nodeSelector ?? {});
  if (!selector.every(([key, value]) => own(node.labels, key) === value)) return REJECTION;
  return required === undefined || required === null || anyTermMatches(terms, node) ? undefined : REJECTION;
};
