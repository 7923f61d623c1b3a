/** Whether a node still reports, and what its conditions are to say. Pure. */
import type { Node } from '../../client/resources.ts';
import { timestamp } from '../../meta/object.ts';

export interface Grace {
  /** Seconds without a sign of life after which a node counts as lost. */
  monitorSeconds: number;
  /** The same for a node that has never reported its status. */
  startupSeconds: number;
}

export type NodeCondition = NonNullable<NonNullable<Node['status']>['conditions']>[number];

/** Conditions that only the node can know, and so become Unknown with it. */
const REPORTED = ['Ready', 'MemoryPressure', 'DiskPressure', 'PIDPressure'];

export function nodeCondition(node: Node, type: string): NodeCondition | undefined {
  return node.status?.conditions?.find((condition) => condition.type === type);
}

/** 'Unknown' also for a node that never said. */
export function readiness(node: Node): string {
  return nodeCondition(node, 'Ready')?.status ?? 'Unknown';
}

/**
 * Seconds until the node counts as lost unless it reports before; 0 or less when it does. `silence`: seconds since its last
 * sign of life, if it gave one. What the node says of the time is not asked: its clock may be wrong.
 */
export function secondsToLost(node: Node, silence: number | undefined, grace: Grace, now: Date): number {
  const age = (now.getTime() - Date.parse(node.metadata.creationTimestamp ?? '')) / 1000;
  const quiet = Math.min(silence ?? Number.POSITIVE_INFINITY, Number.isNaN(age) ? Number.POSITIVE_INFINITY : age);
  return (nodeCondition(node, 'Ready') === undefined ? grace.startupSeconds : grace.monitorSeconds) - quiet;
}

/** The conditions of a node that has stopped reporting, in upstream's words. */
export function lostConditions(node: Node, now: Date): NodeCondition[] {
  const at = timestamp(now);
  const conditions = (node.status?.conditions ?? []).map((condition): NodeCondition => {
    if (!REPORTED.includes(condition.type) || condition.status === 'Unknown') return condition;
    return {
      ...condition,
      status: 'Unknown',
      reason: 'NodeStatusUnknown',
      message: 'Kubelet stopped posting node status.',
      lastTransitionTime: at,
    };
  });
  for (const type of REPORTED) {
    if (conditions.some((condition) => condition.type === type)) continue;
    conditions.push({
      type,
      status: 'Unknown',
      reason: 'NodeStatusNeverUpdated',
      message: 'Kubelet never posted node status.',
      lastHeartbeatTime: node.metadata.creationTimestamp ?? at,
      lastTransitionTime: at,
    });
  }
  return conditions;
}
