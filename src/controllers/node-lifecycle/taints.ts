/** The taints that a node's conditions amount to. Pure. */
import type { Node } from '../../client/resources.ts';
import { timestamp } from '../../meta/object.ts';
import { own } from '../../meta/own.ts';
import { readiness } from './health.ts';

export type Taint = NonNullable<NonNullable<Node['spec']>['taints']>[number];

const NOT_READY = 'node.kubernetes.io/not-ready';
const UNREACHABLE = 'node.kubernetes.io/unreachable';
const UNSCHEDULABLE = 'node.kubernetes.io/unschedulable';

const CONDITION_TAINTS: Readonly<Record<string, string>> = {
  MemoryPressure: 'node.kubernetes.io/memory-pressure',
  DiskPressure: 'node.kubernetes.io/disk-pressure',
  PIDPressure: 'node.kubernetes.io/pid-pressure',
  NetworkUnavailable: 'node.kubernetes.io/network-unavailable',
};

const READINESS_TAINTS: Readonly<Record<string, string>> = { False: NOT_READY, Unknown: UNREACHABLE };

/**
 * All of the node's taints as they should be: others' are kept, and so are the times of those that stay. With
 * `mayEvict` false a node that is not ready drives no pods away.
 */
export function wantedTaints(node: Node, mayEvict: boolean, now: Date): Taint[] {
  const present = node.spec?.taints ?? [];
  const state = readinessTaint(node);
  const wanted = new Map<string, string>();
  for (const key of conditionTaints(node)) wanted.set(`${key}:NoSchedule`, key);
  if (state !== undefined && mayEvict) wanted.set(`${state}:NoExecute`, state);

  const kept = present.filter((taint) => !isManaged(taint) || wanted.has(idOf(taint)));
  const added = [...wanted].filter(([id]) => !present.some((taint) => idOf(taint) === id));
  return [
    ...kept,
    ...added.map(([id, key]): Taint => {
      const effect = id.slice(key.length + 1) as Taint['effect'];
      return { key, effect, timeAdded: timestamp(now) };
    }),
  ];
}

function readinessTaint(node: Node): string | undefined {
  return own(READINESS_TAINTS, readiness(node));
}

function conditionTaints(node: Node): string[] {
  const keys = (node.status?.conditions ?? [])
    .filter((condition) => condition.status === 'True')
    .flatMap((condition) => own(CONDITION_TAINTS, condition.type) ?? []);
  const state = readinessTaint(node);
  if (state !== undefined) keys.push(state);
  if (node.spec?.unschedulable) keys.push(UNSCHEDULABLE);
  return keys;
}

function idOf(taint: Taint): string {
  return `${taint.key}:${taint.effect}`;
}

function isManaged({ key, effect }: Taint): boolean {
  if (effect === 'NoExecute') return key === NOT_READY || key === UNREACHABLE;
  const keys = [NOT_READY, UNREACHABLE, UNSCHEDULABLE, ...Object.values(CONDITION_TAINTS)];
  return effect === 'NoSchedule' && keys.includes(key);
}
