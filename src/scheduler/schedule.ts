/** The pure heart: pending pods and a snapshot in, placements and refusals out. */
import type { Pod } from '../client/resources.ts';
import { DEFAULT_PLUGINS } from './default-plugins.ts';
import { fitError, refusedError } from './fit-error.ts';
import { type NodeInfo, type PodInfo, podInfo } from './infos.ts';
import type { Plugins, Rejection } from './plugins.ts';
import type { Snapshot } from './snapshot.ts';
import { unsupportedConstraint } from './unsupported.ts';

export interface Placement {
  pod: Pod;
  node: string;
}

export interface Refusal {
  pod: Pod;
  message: string;
}

export interface Plan {
  placements: Placement[];
  refusals: Refusal[];
}

/**
 * Plans the pods, those of higher priority and then older ones first, until `enough` says so after one. Each placement
 * takes up room in the snapshot.
 */
export function schedule(
  pending: readonly Pod[],
  snapshot: Snapshot,
  { plugins = DEFAULT_PLUGINS, enough = () => false }: { plugins?: Plugins; enough?(planned: number): boolean } = {},
): Plan {
  const plan: Plan = { placements: [], refusals: [] };
  for (const pod of [...pending].sort(byUrgency)) {
    if (enough(plan.placements.length + plan.refusals.length)) break;
    const unsupported = unsupportedConstraint(pod);
    if (unsupported !== undefined) {
      plan.refusals.push({ pod, message: refusedError(snapshot.nodes.length, unsupported) });
      continue;
    }
    const info = podInfo(pod);
    const { feasible, rejections } = filterNodes(info, snapshot, plugins);
    const node = best(info, feasible, snapshot, plugins);
    if (node === undefined) {
      plan.refusals.push({ pod, message: fitError(rejections) });
    } else {
      snapshot.place(info, node);
      plan.placements.push({ pod, node: node.name });
    }
  }
  return plan;
}

function filterNodes(pod: PodInfo, snapshot: Snapshot, { filters }: Plugins) {
  const feasible: NodeInfo[] = [];
  const rejections: Rejection[] = [];
  for (const node of snapshot.nodes) {
    const rejection = firstRejection(pod, node, snapshot, filters);
    if (rejection === undefined) feasible.push(node);
    else rejections.push(rejection);
  }
  return { feasible, rejections };
}

function firstRejection(pod: PodInfo, node: NodeInfo, snapshot: Snapshot, filters: Plugins['filters']) {
  for (const filter of filters) {
    const rejection = filter(pod, node, snapshot);
    if (rejection !== undefined) return rejection;
  }
  return undefined;
}

/** The node of the highest weighted score; of equals, that with the fewest pods, then the first by name. */
function best(pod: PodInfo, nodes: readonly NodeInfo[], snapshot: Snapshot, { scores }: Plugins): NodeInfo | undefined {
  if (nodes.length < 2) return nodes[0];
  const totals = nodes.map(() => 0);
  for (const { score, weight } of scores) {
    score(pod, nodes, snapshot).forEach((value, index) => {
      totals[index]! += value * weight;
    });
  }
  let chosen = 0;
  for (let index = 1; index < nodes.length; index++) {
    const [node, leader] = [nodes[index]!, nodes[chosen]!];
    const difference =
      totals[index]! - totals[chosen]! || leader.pods.size - node.pods.size || (node.name < leader.name ? 1 : -1);
    if (difference > 0) chosen = index;
  }
  return nodes[chosen];
}

function byUrgency(a: Pod, b: Pod): number {
  return (
    (b.spec?.priority ?? 0) - (a.spec?.priority ?? 0) ||
    compare(a.metadata.creationTimestamp ?? '', b.metadata.creationTimestamp ?? '') ||
    compare(a.metadata.namespace ?? '', b.metadata.namespace ?? '') ||
    compare(a.metadata.name ?? '', b.metadata.name ?? '')
  );
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
