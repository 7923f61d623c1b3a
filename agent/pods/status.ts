/** Pure: the PodStatus of a pod and what the runtime has of it; fields, reasons and messages are the kubelet's. */
import type { Pod } from '../../src/client/resources.ts';
import { timestamp } from '../../src/meta/object.ts';
import type { ObservedContainer } from '../runtime/contract.ts';
import { formatDuration } from './backoff.ts';
import { mustRestart } from './plan.ts';
import {
  type Container,
  type ContainerState,
  type ContainerStatus,
  isOver,
  isTerminal,
  type PodCondition,
  type PodStatus,
  podTitle,
} from './types.ts';

export interface ProbeVerdict {
  started: boolean;
  ready: boolean;
}

export interface StatusInput {
  pod: Pod;
  observed: readonly ObservedContainer[];
  now: Date;
  hostIp: string;
  /** Why a container has not been started, by name. */
  waiting: ReadonlyMap<string, { reason: string; message?: string }>;
  /** Dead containers that wait out their back-off: id to delay. */
  crashLoops: ReadonlyMap<string, number>;
  /** By container id; absent: no probes. */
  probes: ReadonlyMap<string, ProbeVerdict>;
  /** The pod is ending and nothing of it runs any more. */
  finished: boolean;
}

/** The kubelet's words, in the status and in the event. */
export const DEADLINE_EXCEEDED = 'Pod was active on the node longer than the specified deadline';

export function computeStatus(input: StatusInput): PodStatus {
  const { pod, observed, now, hostIp } = input;
  const previous = pod.status ?? {};
  const sandbox = observed.find((each) => each.kind === 'sandbox' && each.state === 'running');
  const initContainerStatuses = (pod.spec?.initContainers ?? []).map((each) => statusOf(input, each, true, sandbox));
  const initialised = initContainerStatuses.every(
    (each) => each.state?.terminated?.exitCode === 0 || startedBefore(input, sandbox),
  );
  const containerStatuses = (pod.spec?.containers ?? [])
    .map((each) => statusOf(input, each, false, sandbox, initialised))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  const phase = phaseOf(input, containerStatuses, initContainerStatuses, initialised);
  const podIp = pod.spec?.hostNetwork ? hostIp : sandbox?.ip;
  const { startTime = timestamp(now), qosClass } = previous;
  const { reason, message } = exceedsDeadline(input)
    ? { reason: 'DeadlineExceeded', message: DEADLINE_EXCEEDED }
    : previous;
  const status: PodStatus = {
    ...(pod.metadata.generation === undefined ? {} : { observedGeneration: pod.metadata.generation }),
    phase,
    ...(reason === undefined ? {} : { reason }),
    ...(message === undefined ? {} : { message }),
    hostIP: hostIp,
    hostIPs: [{ ip: hostIp }],
    ...addresses(podIp, previous, phase),
    startTime,
    ...(qosClass === undefined ? {} : { qosClass }),
    ...(initContainerStatuses.length > 0 ? { initContainerStatuses } : {}),
    containerStatuses,
  };
  status.conditions = conditionsOf(input, status, initialised, sandbox !== undefined);
  return status;
}

/** True once the pod is past its deadline and has ended for that. */
function exceedsDeadline({ pod, now, observed, finished }: StatusInput): boolean {
  if (finished || isTerminal(pod) || !isOver(pod, now.getTime())) return false;
  return !observed.some(({ kind, state }) => kind !== 'sandbox' && state !== 'exited' && state !== 'created');
}

/** A pod that has ended keeps the address that it had, as the kubelet reports it. */
function addresses(ip: string | undefined, previous: PodStatus, phase: string): Partial<PodStatus> {
  if (ip !== undefined) return { podIP: ip, podIPs: [{ ip }] };
  const ended = phase === 'Succeeded' || phase === 'Failed';
  return ended && previous.podIP ? { podIP: previous.podIP, podIPs: previous.podIPs ?? [] } : {};
}

function startedBefore({ observed }: StatusInput, sandbox: ObservedContainer | undefined): boolean {
  return observed.some((each) => each.kind === 'container' && (sandbox === undefined || each.sandboxId === sandbox.id));
}

function statusOf(
  input: StatusInput,
  container: Container,
  init: boolean,
  sandbox: ObservedContainer | undefined,
  initialised = true,
): ContainerStatus {
  const { pod, observed, waiting, probes } = input;
  const known = (init ? pod.status?.initContainerStatuses : pod.status?.containerStatuses)?.find(
    (each) => each.name === container.name,
  );
  const instances = observed.filter(
    (each) =>
      each.kind === (init ? 'init' : 'container') && each.container === container.name && each.state !== 'created',
  );
  const [newest, before] = instances;
  const base = { name: container.name, image: container.image ?? '' };
  const hold = reasonOf(waiting.get(container.name));
  if (newest === undefined) {
    // Lost by the runtime: what was last said of it is the best knowledge there is.
    if (known?.state?.terminated && (pod.spec?.restartPolicy === 'Never' || input.finished)) return known;
    const state = { waiting: hold ?? { reason: defaultReason(input, init, initialised) } };
    const lastState = known?.state?.terminated ? { terminated: known.state.terminated } : (known?.lastState ?? {});
    const restartCount = known?.restartCount ?? 0;
    return { ...base, imageID: '', state, lastState, restartCount, ready: false, started: false };
  }
  const identity = {
    ...base,
    image: newest.image,
    imageID: newest.imageId,
    containerID: `docker://${newest.id}`,
    restartCount: Math.max(newest.attempt, known?.restartCount ?? 0),
  };
  if (newest.state !== 'exited') {
    const startedAt = seconds(newest.startedAt ?? newest.createdAt);
    const verdict = probes.get(newest.id) ?? { started: true, ready: true };
    // An init container is never ready before it has succeeded.
    const { started, ready } = init ? { started: true, ready: false } : verdict;
    const state: ContainerState = { running: { startedAt } };
    return {
      ...identity,
      state,
      lastState: before ? terminated(before) : (known?.lastState ?? {}),
      ready: ready && started,
      started,
    };
  }
  const dead = terminated(newest);
  const previously = before ? terminated(before) : restartedLast(known, newest);
  const delay = input.crashLoops.get(newest.id);
  const ended = { ...identity, ready: init && newest.exitCode === 0, started: false };
  if (hold !== undefined) return { ...ended, state: { waiting: hold }, lastState: dead };
  if (delay !== undefined) {
    const message = `back-off ${formatDuration(delay)} restarting failed container=${container.name} pod=${podTitle(pod)}`;
    return { ...ended, state: { waiting: { reason: 'CrashLoopBackOff', message } }, lastState: dead };
  }
  if (
    sandbox === undefined &&
    !input.finished &&
    !init &&
    !isOver(pod, input.now.getTime()) &&
    mustRestart(pod, newest, init)
  ) {
    return { ...ended, state: { waiting: { reason: defaultReason(input, init, initialised) } }, lastState: dead };
  }
  return { ...ended, state: dead, lastState: previously };
}

/** The last state to go on showing when the instance before the newest is gone. */
function restartedLast(known: ContainerStatus | undefined, newest: ObservedContainer): ContainerState {
  return known?.containerID === `docker://${newest.id}` ? (known.lastState ?? {}) : {};
}

function defaultReason({ pod }: StatusInput, init: boolean, initialised: boolean): string {
  const hasInit = (pod.spec?.initContainers ?? []).length > 0;
  return hasInit && (init || !initialised) ? 'PodInitializing' : 'ContainerCreating';
}

const START_FAILURE = 128;

function terminated(dead: ObservedContainer): ContainerState {
  const finishedAt = seconds(dead.finishedAt ?? dead.createdAt);
  const containerID = `docker://${dead.id}`;
  if (dead.startedAt === undefined) {
    return {
      terminated: {
        exitCode: START_FAILURE,
        reason: 'StartError',
        ...(dead.startError === undefined ? {} : { message: dead.startError }),
        startedAt: '1970-01-01T00:00:00Z',
        finishedAt,
        containerID,
      },
    };
  }
  const exitCode = dead.exitCode ?? 0;
  const reason = dead.oomKilled ? 'OOMKilled' : exitCode === 0 ? 'Completed' : 'Error';
  // Docker notes the start of a container that ends at once after its end.
  const startedAt = [seconds(dead.startedAt), finishedAt].sort()[0]!;
  return { terminated: { exitCode, reason, startedAt, finishedAt, containerID } };
}

function seconds(time: string): string {
  return timestamp(new Date(time));
}

function phaseOf(
  input: StatusInput,
  containers: readonly ContainerStatus[],
  inits: readonly ContainerStatus[],
  initialised: boolean,
): NonNullable<PodStatus['phase']> {
  const { pod, finished } = input;
  const before = pod.status?.phase;
  if (before === 'Succeeded' || before === 'Failed') return before;
  if (exceedsDeadline(input)) return 'Failed';
  const policy = pod.spec?.restartPolicy ?? 'Always';
  if (finished) {
    // Whoever never ran did not succeed.
    return containers.every((each) => each.state?.terminated?.exitCode === 0) ? 'Succeeded' : 'Failed';
  }
  if (!initialised) {
    const failed = inits.some(({ state }) => state?.terminated !== undefined && state.terminated.exitCode !== 0);
    return failed && policy === 'Never' ? 'Failed' : 'Pending';
  }
  const running = containers.filter(({ state }) => state?.running).length;
  const succeeded = containers.filter(({ state }) => state?.terminated?.exitCode === 0).length;
  const stopped = containers.filter(
    ({ state, lastState }) => state?.terminated ?? (state?.waiting && lastState?.terminated),
  ).length;
  if (running + stopped < containers.length) return 'Pending';
  if (running > 0 || policy === 'Always') return 'Running';
  if (succeeded === containers.length) return 'Succeeded';
  if (policy === 'Never') return 'Failed';
  return 'Running';
}

const OWN = ['PodReadyToStartContainers', 'Initialized', 'Ready', 'ContainersReady', 'PodScheduled'];

function conditionsOf(
  input: StatusInput,
  status: PodStatus,
  initialised: boolean,
  hasSandbox: boolean,
): PodCondition[] {
  const { pod, now } = input;
  const previous = pod.status?.conditions ?? [];
  const { phase, containerStatuses = [], initContainerStatuses = [] } = status;
  const completed = phase === 'Succeeded' ? 'PodCompleted' : phase === 'Failed' ? 'PodFailed' : undefined;
  const unready = containerStatuses.filter(({ ready }) => !ready).map(({ name }) => name);
  const incomplete = initContainerStatuses.filter(({ ready }) => !ready).map(({ name }) => name);
  const containersReady: Verdict =
    completed !== undefined
      ? { status: 'False', reason: completed }
      : unready.length === 0
        ? { status: 'True' }
        : {
            status: 'False',
            reason: 'ContainersNotReady',
            message: `containers with unready status: [${unready.join(' ')}]`,
          };
  const verdicts: Record<string, Verdict> = {
    PodReadyToStartContainers: { status: hasSandbox ? 'True' : 'False' },
    Initialized: initialised
      ? { status: 'True', ...(phase === 'Succeeded' ? { reason: 'PodCompleted' } : {}) }
      : {
          status: 'False',
          reason: 'ContainersNotInitialized',
          message: `containers with incomplete status: [${incomplete.join(' ')}]`,
        },
    Ready: containersReady.status === 'True' ? gates(pod) : containersReady,
    ContainersReady: containersReady,
    PodScheduled: { status: 'True' },
  };
  const own = OWN.map((type): PodCondition => {
    const verdict = verdicts[type]!;
    const before = previous.find((each) => each.type === type);
    const changed = before?.status !== verdict.status;
    return {
      type,
      ...(pod.metadata.generation === undefined ? {} : { observedGeneration: pod.metadata.generation }),
      ...verdict,
      lastProbeTime: null as unknown as string,
      lastTransitionTime: changed ? timestamp(now) : (before?.lastTransitionTime ?? timestamp(now)),
    };
  });
  return [...own, ...previous.filter(({ type }) => !OWN.includes(type))];
}

interface Verdict {
  status: 'True' | 'False';
  reason?: string;
  message?: string;
}

function gates(pod: Pod): Verdict {
  const messages = (pod.spec?.readinessGates ?? []).flatMap(({ conditionType }) => {
    const found = pod.status?.conditions?.find(({ type }) => type === conditionType);
    if (found?.status === 'True') return [];
    return found === undefined
      ? [`corresponding condition of pod readiness gate "${conditionType}" does not exist.`]
      : [`the status of pod readiness gate "${conditionType}" is not "True", but ${found.status}`];
  });
  return messages.length === 0
    ? { status: 'True' }
    : { status: 'False', reason: 'ReadinessGatesNotReady', message: messages.join(', ') };
}

/** What of it is the API's to know. */
function reasonOf(
  waiting: { reason: string; message?: string } | undefined,
): { reason: string; message?: string } | undefined {
  if (waiting === undefined) return undefined;
  const { reason, message } = waiting;
  return message === undefined ? { reason } : { reason, message };
}
