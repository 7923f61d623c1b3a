/** What to make and delete so that each fitting node has its pod. Pure; upstream's manage and podsShouldBeOnNode. */
import type { DaemonSet, Node, Pod } from '../../client/resources.ts';
import { isPodAvailable, isPodReady } from '../shared/pods.ts';
import { failuresAfter, secondsToReplacement } from './back-off.ts';
import { type Fit, fitOf } from './fit.ts';
import { maxSurgeOf } from './limits.ts';
import { daemonPodSpec, isUpdated, targetNode } from './pod.ts';

export interface NodeState extends Fit {
  name: string;
  /** There is a Node of this name. */
  known: boolean;
  /** Oldest first, those that are being deleted included. */
  pods: Pod[];
}

export interface Plan {
  create: { node: string; failures: number }[];
  delete: Pod[];
  /** Those among the deleted that ended by themselves, to be told of. */
  ended: Pod[];
  /** Until the next failed pod may be replaced. */
  seconds: number | undefined;
}

/** Each node and the pods that are on it or meant for it; nodes that are gone come with what was left behind. */
export function nodeStates(set: DaemonSet, nodes: readonly Node[], pods: readonly Pod[]): NodeState[] {
  const spec = daemonPodSpec(set);
  const states = new Map<string, NodeState>();
  for (const node of nodes) {
    const name = node.metadata.name ?? '';
    states.set(name, { name, known: true, pods: [], ...fitOf(spec, node) });
  }
  for (const pod of [...pods].sort(byAge)) {
    const name = targetNode(pod);
    if (name === '') continue;
    const state = states.get(name) ?? { name, known: false, pods: [], shouldRun: false, shouldContinue: false };
    state.pods.push(pod);
    states.set(name, state);
  }
  return [...states.values()];
}

export function planPods(set: DaemonSet, states: readonly NodeState[], hash: string, now: Date): Plan {
  const plan: Plan = { create: [], delete: [], ended: [], seconds: undefined };
  for (const state of states) {
    if (state.shouldRun && state.pods.length === 0) plan.create.push({ node: state.name, failures: 0 });
    else if (state.shouldContinue) planNode(plan, set, state, hash, now);
    // What ran on a node that is gone is left to the garbage collector of pods.
    else plan.delete.push(...state.pods.filter((pod) => isStaying(pod) && (state.known || !pod.spec?.nodeName)));
  }
  return plan;
}

function planNode(plan: Plan, set: DaemonSet, state: NodeState, hash: string, now: Date): void {
  const running: Pod[] = [];
  const succeeded: Pod[] = [];
  const failed: Pod[] = [];
  for (const pod of state.pods.filter(isStaying)) {
    if (pod.status?.phase === 'Failed') {
      const seconds = secondsToReplacement(pod, hash, now);
      if (seconds === 0) failed.push(pod);
      else plan.seconds = Math.min(plan.seconds ?? seconds, seconds);
    } else if (pod.status?.phase === 'Succeeded') {
      succeeded.push(pod);
    } else {
      running.push(pod);
    }
  }
  plan.ended.push(...succeeded, ...failed);
  plan.delete.push(...succeeded, ...failed);
  // Made beside the one that failed, which is over and holds nothing: so the count of failures passes from one to the other.
  if (state.shouldRun && failed.length > 0 && running.length === 0 && state.pods.every(isStaying)) {
    plan.create.push({ node: state.name, failures: Math.max(...failed.map((pod) => failuresAfter(pod, hash, now))) });
  }
  plan.delete.push(...(maxSurgeOf(set, 1) > 0 ? excessOfSurge(set, running, hash, now) : running.slice(1)));
}

/** At most one old pod and one new; the old goes when it is not ready or the new one is available. */
function excessOfSurge(set: DaemonSet, running: readonly Pod[], hash: string, now: Date): Pod[] {
  if (running.length <= 1) return [];
  const [newest, ...moreNew] = running.filter((pod) => isUpdated(pod, hash));
  const [old, ...moreOld] = running.filter((pod) => !isUpdated(pod, hash));
  const excess = [...moreNew, ...moreOld];
  if (newest !== undefined && old !== undefined) {
    const available = isPodAvailable(newest, set.spec?.minReadySeconds ?? 0, now);
    if (!isPodReady(old) || available) excess.push(old);
  }
  return excess;
}

export function isStaying({ metadata }: Pod): boolean {
  return metadata.deletionTimestamp === undefined;
}

/** Those that are on their node first, then by creation. */
function byAge(a: Pod, b: Pod): number {
  const bound = Number(Boolean(b.spec?.nodeName)) - Number(Boolean(a.spec?.nodeName));
  return (
    bound ||
    compare(a.metadata.creationTimestamp, b.metadata.creationTimestamp) ||
    compare(a.metadata.name, b.metadata.name)
  );
}

function compare(a = '', b = ''): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
