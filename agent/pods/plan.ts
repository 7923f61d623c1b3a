/**
 * Pure: from a pod and what the runtime has of it, the next steps. Every pass observes and plans anew, so a step that was
 * cut short by a crash is simply found half done.
 */
import type { Pod } from '../../src/client/resources.ts';
import type { ObservedContainer } from '../runtime/contract.ts';
import { containerHash } from './specs.ts';
import { activeDeadline, type Container, isOver } from './types.ts';

export type Step =
  | { kind: 'mount' }
  | { kind: 'runSandbox'; attempt: number; changed: boolean }
  /** `failedAt`: when the previous instance ended, for the back-off. */
  | {
      kind: 'start';
      container: Container;
      init: boolean;
      attempt: number;
      sandbox: ObservedContainer;
      failedAt?: number;
    }
  /** Asks it to end; the deadline is the worker's to keep. */
  | { kind: 'stop'; target: ObservedContainer; graceSeconds: number; message: string }
  | { kind: 'kill'; target: ObservedContainer }
  | { kind: 'remove'; target: ObservedContainer }
  /** Nothing runs any more: report, delete, forget. */
  | { kind: 'finish' };

/** A container that waits out its restart back-off. */
export interface CrashLoop {
  dead: ObservedContainer;
  delayMs: number;
}

export interface Plan {
  steps: Step[];
  /** Milliseconds since the epoch at which to look again although nothing has happened. */
  wakeAt?: number;
  crashLoops: CrashLoop[];
}

export interface PlanInput {
  pod: Pod;
  observed: readonly ObservedContainer[];
  now: number;
  /** Set when the pod is to end. */
  ending?: { graceSeconds: number };
  /** Deadlines of containers that were asked to end, by id. */
  stopping: ReadonlyMap<string, number>;
  /** Why a running container must be restarted, by id: a probe's verdict. */
  unhealthy: ReadonlyMap<string, string>;
  mounted: { renewAt?: number } | undefined;
  /** Not before when a start (by container name), the sandbox ('sandbox') or the volumes ('volumes') may be tried again. */
  holds: ReadonlyMap<string, number>;
  /** When a container that ended at `finishedAt` may be started again, and the delay that this is. */
  restart(container: string, finishedAt: number): { at: number; delayMs: number };
}

export function plan(input: PlanInput): Plan {
  const draft = new Draft(input);
  if (input.ending !== undefined) planEnd(draft, input.ending.graceSeconds);
  else if (isOver(input.pod, input.now)) planRest(draft);
  else planRun(draft);
  return draft.result();
}

class Draft {
  readonly input: PlanInput;
  readonly steps: Step[] = [];
  readonly crashLoops: CrashLoop[] = [];
  #wakeAt: number | undefined;

  constructor(input: PlanInput) {
    this.input = input;
  }

  wake(at: number): void {
    this.#wakeAt = Math.min(this.#wakeAt ?? at, at);
  }

  /** True when `key` may be tried now; else wakes when it may. */
  free(key: string): boolean {
    const until = this.input.holds.get(key) ?? 0;
    if (until <= this.input.now) return true;
    this.wake(until);
    return false;
  }

  /** Ends a running container: asks, waits, then insists. */
  end(target: ObservedContainer, graceSeconds: number, message: string): void {
    const deadline = this.input.stopping.get(target.id);
    if (deadline === undefined) this.steps.push({ kind: 'stop', target, graceSeconds, message });
    else if (deadline <= this.input.now) this.steps.push({ kind: 'kill', target });
    else this.wake(deadline);
  }

  result(): Plan {
    const { steps, crashLoops } = this;
    return this.#wakeAt === undefined ? { steps, crashLoops } : { steps, crashLoops, wakeAt: this.#wakeAt };
  }
}

function isLive(container: ObservedContainer): boolean {
  return container.state === 'running' || container.state === 'unknown';
}

function planEnd(draft: Draft, graceSeconds: number): void {
  const { observed } = draft.input;
  const workloads = observed.filter((each) => each.kind !== 'sandbox');
  const live = workloads.filter(isLive);
  for (const target of live) draft.end(target, graceSeconds, `Stopping container ${target.container}`);
  if (live.length > 0) return;
  const sandboxes = observed.filter((each) => each.kind === 'sandbox');
  for (const target of sandboxes) draft.steps.push({ kind: 'remove', target });
  draft.steps.push({ kind: 'finish' });
}

/** A pod that has reached its end stays as it is; its network goes, its dead containers stay for their logs. */
function planRest(draft: Draft): void {
  const { observed, pod } = draft.input;
  const live = observed.filter((each) => each.kind !== 'sandbox' && isLive(each));
  for (const target of live) draft.end(target, gracePeriod(pod), `Stopping container ${target.container}`);
  if (live.length > 0) return;
  const sandboxes = observed.filter((each) => each.kind === 'sandbox');
  for (const target of sandboxes) draft.steps.push({ kind: 'remove', target });
}

function planRun(draft: Draft): void {
  const { pod, observed, now, mounted } = draft.input;
  const sandboxes = observed.filter((each) => each.kind === 'sandbox');
  const sandbox = sandboxes.find((each) => each.state === 'running');
  const dead = sandboxes.filter((each) => each !== sandbox);

  const deadline = activeDeadline(pod);
  if (deadline !== undefined) draft.wake(deadline);
  removeLeftovers(draft);

  const wanted = wantedStarts(draft, sandbox);
  // What hangs on a sandbox that is gone has no network: it must end before it can be started on the new one.
  const stranded = observed.filter((each) => each.kind !== 'sandbox' && isLive(each) && each.sandboxId !== sandbox?.id);
  for (const target of stranded) {
    draft.end(target, gracePeriod(pod), `Pod sandbox changed, it will be killed and re-created.`);
  }
  if (stranded.length > 0) return;

  // A dead sandbox is the trace of an attempt: it goes when there is a next one, or when there will be none.
  const removeDead = () => draft.steps.push(...dead.map((target) => ({ kind: 'remove', target }) as const));
  if (sandbox !== undefined || wanted.length === 0) removeDead();

  const renewAt = mounted?.renewAt;
  if (mounted === undefined || (renewAt !== undefined && renewAt <= now)) {
    // Volumes also of a pod that runs: a token may be due.
    if ((wanted.length > 0 || sandbox !== undefined) && draft.free('volumes')) draft.steps.push({ kind: 'mount' });
    if (mounted === undefined && wanted.length > 0) return;
  } else if (renewAt !== undefined) draft.wake(renewAt);

  if (wanted.length === 0) return;
  if (sandbox === undefined) {
    if (!draft.free('sandbox')) return;
    const attempt = sandboxes.length === 0 ? 0 : sandboxes[0]!.attempt + 1;
    removeDead();
    draft.steps.push({ kind: 'runSandbox', attempt, changed: sandboxes.length > 0 });
    return;
  }
  for (const start of wanted) {
    if (start.at > now) draft.wake(start.at);
    else if (draft.free(start.container.name)) {
      draft.steps.push({
        kind: 'start',
        container: start.container,
        init: start.init,
        attempt: start.attempt,
        sandbox,
        ...(start.failedAt === undefined ? {} : { failedAt: start.failedAt }),
      });
    }
  }
}

function gracePeriod(pod: Pod): number {
  return pod.spec?.terminationGracePeriodSeconds ?? 30;
}

interface Wanted {
  container: Container;
  init: boolean;
  attempt: number;
  at: number;
  failedAt?: number;
}

/** Containers to be started, now or later; ends those that run but should not go on. */
function wantedStarts(draft: Draft, sandbox: ObservedContainer | undefined): Wanted[] {
  const { pod, observed } = draft.input;
  const containers = pod.spec?.containers ?? [];
  const initialised = observed.some((each) => each.kind === 'container' && each.sandboxId === sandbox?.id);
  if (!initialised || sandbox === undefined) {
    const pending = nextInit(draft, sandbox);
    if (pending === 'failed') return [];
    if (pending === 'running') return [];
    // With no sandbox the pod starts over; whether anything is left to do is the containers' to say.
    if (pending !== 'done') return sandbox === undefined && !anythingToRun(draft) ? [] : [pending];
  }
  return containers.map((container) => wantedStart(draft, container, false)).filter((each) => each !== undefined);
}

function anythingToRun(draft: Draft): boolean {
  const containers = draft.input.pod.spec?.containers ?? [];
  return containers.some((container) => {
    const newest = newestOf(draft, container, false);
    return newest === undefined || newest.state !== 'exited' || mustRestart(draft.input.pod, newest, false);
  });
}

function nextInit(draft: Draft, sandbox: ObservedContainer | undefined): Wanted | 'done' | 'running' | 'failed' {
  for (const container of draft.input.pod.spec?.initContainers ?? []) {
    const newest = newestOf(draft, container, true);
    const isCurrent = newest !== undefined && newest.sandboxId === sandbox?.id;
    if (isCurrent && newest.state === 'exited' && newest.exitCode === 0) continue;
    if (isCurrent && isLive(newest)) return 'running';
    if (isCurrent && newest.state === 'exited' && !mustRestart(draft.input.pod, newest, true)) return 'failed';
    // One that ran on an earlier sandbox runs again, at once if it had succeeded.
    const again = newest !== undefined && newest.state === 'exited' && newest.exitCode === 0;
    if (again) return { container, init: true, attempt: newest.attempt + 1, at: draft.input.now };
    return wantedStart(draft, container, true) ?? 'running';
  }
  return 'done';
}

function wantedStart(draft: Draft, container: Container, init: boolean): Wanted | undefined {
  const { pod, now, unhealthy } = draft.input;
  const newest = newestOf(draft, container, init);
  if (newest === undefined) return { container, init, attempt: lostAttempts(pod, container, init), at: now };
  if (newest.state === 'created') {
    // Created but never started: the agent was cut off in between.
    draft.steps.push({ kind: 'remove', target: newest });
    return { container, init, attempt: newest.attempt, at: now };
  }
  if (isLive(newest)) {
    const verdict = unhealthy.get(newest.id);
    if (newest.hash !== containerHash(container)) {
      draft.end(newest, gracePeriod(pod), `Container ${container.name} definition changed, will be restarted`);
    } else if (verdict !== undefined) draft.end(newest, gracePeriod(pod), verdict);
    return undefined;
  }
  // One that was replaced by another definition is not a failure of the new one.
  if (newest.hash !== containerHash(container)) return { container, init, attempt: newest.attempt + 1, at: now };
  if (!mustRestart(pod, newest, init)) return undefined;
  const failedAt = endOf(newest);
  const { at, delayMs } = draft.input.restart(container.name, failedAt);
  if (at > now) draft.crashLoops.push({ dead: newest, delayMs });
  return {
    container,
    init,
    attempt: Math.max(newest.attempt + 1, lostAttempts(pod, container, init, newest)),
    at,
    failedAt,
  };
}

/** When a dead container ended; one that never started ended when it was created. */
export function endOf(container: ObservedContainer): number {
  return Date.parse(container.finishedAt ?? container.createdAt);
}

export function mustRestart(pod: Pod, dead: ObservedContainer, init: boolean): boolean {
  const policy = pod.spec?.restartPolicy ?? 'Always';
  if (policy === 'Never') return false;
  // An init container that succeeded is done, whatever the policy.
  if (policy === 'OnFailure' || init) return dead.exitCode !== 0;
  return true;
}

function newestOf(draft: Draft, container: Container, init: boolean): ObservedContainer | undefined {
  const kind = init ? 'init' : 'container';
  return draft.input.observed.find((each) => each.kind === kind && each.container === container.name);
}

/** The attempt to go on from by what was last reported, for when the runtime has lost the trace of a container that ran. */
function lostAttempts(pod: Pod, container: Container, init: boolean, newest?: ObservedContainer): number {
  const statuses = init ? pod.status?.initContainerStatuses : pod.status?.containerStatuses;
  const known = statuses?.find((each) => each.name === container.name);
  if (known === undefined || (newest !== undefined && known.restartCount <= newest.attempt)) return 0;
  return known.containerID ? known.restartCount + 1 : known.restartCount;
}

/** Of each container the newest instance and the one before it stay (for `logs --previous`); older ones go. */
function removeLeftovers(draft: Draft): void {
  const seen = new Map<string, number>();
  for (const target of draft.input.observed) {
    if (target.kind === 'sandbox') continue;
    const key = `${target.kind}/${target.container}`;
    const count = (seen.get(key) ?? 0) + 1;
    seen.set(key, count);
    if (count > 2 && !isLive(target)) draft.steps.push({ kind: 'remove', target });
  }
}
