/** Which pods of an older template are replaced next. Pure; upstream's rollingUpdate. */
import type { DaemonSet, Pod } from '../../client/resources.ts';
import { isPodAvailable } from '../shared/pods.ts';
import { updateLimits } from './limits.ts';
import { isStaying, type NodeState } from './plan.ts';
import { isUpdated } from './pod.ts';

export interface Step {
  delete: Pod[];
  /** Nodes that get a new pod beside the old one. */
  create: string[];
}

interface Pair {
  node: string;
  newPod: Pod | undefined;
  oldPod: Pod | undefined;
  /** More than one pod of a kind: cleaning up comes first. */
  excess: boolean;
}

export function planRollingUpdate(set: DaemonSet, states: readonly NodeState[], hash: string, now: Date): Step {
  const desired = states.filter(({ shouldRun }) => shouldRun).length;
  const { maxSurge, maxUnavailable } = updateLimits(set, desired);
  const pairs = states
    .filter(({ known, shouldRun, pods }) => known && (shouldRun || pods.length > 0))
    .map((state) => pairOf(state, hash));
  const available = (pod: Pod) => isPodAvailable(pod, set.spec?.minReadySeconds ?? 0, now);
  return maxSurge > 0 ? surge(pairs, maxSurge, available) : replace(pairs, maxUnavailable, available);
}

/** Deletes old pods; those that serve nobody first, and at no cost. */
function replace(pairs: readonly Pair[], maxUnavailable: number, available: (pod: Pod) => boolean): Step {
  let unavailable = 0;
  const broken: Pod[] = [];
  const candidates: Pod[] = [];
  for (const { newPod, oldPod, excess } of pairs) {
    if (excess || (newPod === undefined) === (oldPod === undefined)) unavailable++;
    else if (newPod !== undefined) unavailable += available(newPod) ? 0 : 1;
    else if (available(oldPod!)) candidates.push(oldPod!);
    else {
      unavailable++;
      broken.push(oldPod!);
    }
  }
  return { delete: [...broken, ...candidates.slice(0, Math.max(0, maxUnavailable - unavailable))], create: [] };
}

function surge(pairs: readonly Pair[], maxSurge: number, available: (pod: Pod) => boolean): Step {
  let surging = 0;
  const step: Step = { delete: [], create: [] };
  const candidates: string[] = [];
  for (const { node, newPod, oldPod, excess } of pairs) {
    if (excess) surging++;
    else if (oldPod === undefined) continue;
    else if (newPod === undefined) (available(oldPod) ? candidates : step.create).push(node);
    else if (available(newPod)) step.delete.push(oldPod);
    else surging++;
  }
  step.create.push(...candidates.slice(0, Math.max(0, maxSurge - surging)));
  return step;
}

function pairOf({ name, pods }: NodeState, hash: string): Pair {
  const staying = pods.filter(isStaying);
  const updated = staying.filter((pod) => isUpdated(pod, hash));
  const old = staying.filter((pod) => !isUpdated(pod, hash));
  return { node: name, newPod: updated[0], oldPod: old[0], excess: updated.length > 1 || old.length > 1 };
}
