import type { Pod } from '../../src/client/resources.ts';

export type PodSpec = NonNullable<Pod['spec']>;
export type Container = PodSpec['containers'][number];
export type PodStatus = NonNullable<Pod['status']>;
export type ContainerStatus = NonNullable<PodStatus['containerStatuses']>[number];
export type ContainerState = NonNullable<ContainerStatus['state']>;
export type PodCondition = NonNullable<PodStatus['conditions']>[number];

/** `web_default(1b4e…)`, as the kubelet names pods in messages. */
export function podTitle(pod: Pod): string {
  return `${pod.metadata.name}_${pod.metadata.namespace}(${pod.metadata.uid})`;
}

/** When the pod has been active for as long as it may, in milliseconds since the epoch; undefined: it may for ever. */
export function activeDeadline({ spec, status }: Pod): number | undefined {
  const { activeDeadlineSeconds: seconds } = spec ?? {};
  return seconds === undefined || !status?.startTime ? undefined : Date.parse(status.startTime) + seconds * 1000;
}

/** A pod that has reached its end, by itself or by its deadline: nothing of it is to run any more. */
export function isOver(pod: Pod, now: number): boolean {
  return isTerminal(pod) || (activeDeadline(pod) ?? Number.POSITIVE_INFINITY) <= now;
}

export function isTerminal(pod: Pod): boolean {
  return pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed';
}
