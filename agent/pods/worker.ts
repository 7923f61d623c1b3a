/**
 * One pod's worker. Invariants: passes of a pod never overlap; every pass observes anew; whatever asks for a pass while one
 * runs gets one more after it; a worker without work holds no timer.
 */

import { Backoff } from '../../src/client/http.ts';
import { PODS, type Pod } from '../../src/client/resources.ts';
import { guarded } from '../../src/meta/guard.ts';
import { StatusError } from '../../src/meta/status-error.ts';
import { Prober } from '../probes/prober.ts';
import { type ObservedContainer, RuntimeUnavailable } from '../runtime/contract.ts';
import type { PodContext } from './context.ts';
import { type Plan, plan, type Step } from './plan.ts';
import { reportStatus } from './report.ts';
import { computeStatus, DEADLINE_EXCEEDED } from './status.ts';
import { createPodMemory, executeStep, fieldPathOf, type StepEnvironment } from './steps.ts';
import { type Container, isOver, isTerminal, podTitle } from './types.ts';
import { findUnsupported } from './unsupported.ts';

const MIN_GRACE_SECONDS = 1;
const REPEAT_MS = 1_000;

export class PodWorker {
  readonly #context: PodContext;
  readonly #memory = createPodMemory();
  readonly #prober: Prober;
  readonly #retry = new Backoff({ initial: 1_000, max: 30_000 });
  #pod: Pod;
  /** The API has no such pod (any more): end it, and tell nobody. */
  #gone: boolean;
  #requested = false;
  #running: Promise<void> | undefined;
  #stopped = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #abort = new AbortController();
  #crashLoops: Plan['crashLoops'] = [];
  #observed: readonly ObservedContainer[] = [];
  #refused: string | undefined;
  #lastSteps = '';
  #deadlineTold = false;

  constructor(context: PodContext, pod: Pod, gone = false) {
    this.#context = context;
    this.#pod = pod;
    this.#gone = gone;
    this.#prober = new Prober({
      run: context.probe,
      onChange: () => this.trigger(),
      onUnhealthy: (container, _kind, message) =>
        context.events.record(this.#pod, 'Warning', 'Unhealthy', message, fieldPathOf(container.name, false)),
    });
  }

  update(pod: Pod): void {
    if (isOlder(pod, this.#pod)) return;
    this.#replace(pod);
    if (this.#isEnding) this.#abort.abort();
    this.trigger();
  }

  /** The API has deleted the pod. */
  markGone(): void {
    this.#gone = true;
    this.#abort.abort();
    this.trigger();
  }

  /** Asks for a pass. */
  trigger(): void {
    this.#requested = true;
    if (this.#running !== undefined || this.#stopped) return;
    clearTimeout(this.#timer);
    this.#running = this.#loop().finally(() => {
      this.#running = undefined;
      if (this.#requested) this.trigger();
    });
  }

  /** Lets the current pass end; the pod's containers stay as they are. */
  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    this.#prober.stop();
    this.#abort.abort();
    await this.#running;
  }

  get pod(): Pod {
    return this.#pod;
  }

  #replace(pod: Pod): void {
    if (showsOther(this.#pod, pod)) this.#memory.stale = true;
    this.#pod = pod;
  }

  get #isEnding(): boolean {
    return this.#gone || this.#pod.metadata.deletionTimestamp !== undefined;
  }

  get #grace(): number {
    const { metadata, spec } = this.#pod;
    const seconds = metadata.deletionGracePeriodSeconds ?? spec?.terminationGracePeriodSeconds ?? 30;
    return Math.max(MIN_GRACE_SECONDS, seconds);
  }

  async #loop(): Promise<void> {
    while (this.#requested && !this.#stopped) {
      this.#requested = false;
      try {
        const wakeAt = await this.#pass();
        this.#retry.reset();
        if (wakeAt !== undefined) this.#wake(wakeAt - Date.now());
      } catch (error) {
        // Without Docker nothing can be known; without the API nothing can be told. Both come back.
        const expected = error instanceof RuntimeUnavailable || error instanceof StatusError;
        const fields = { pod: podTitle(this.#pod), err: error instanceof Error ? error.message : String(error) };
        this.#context.log[expected ? 'warn' : 'error'](fields, 'a pass over the pod failed, it is tried again');
        this.#wake(this.#retry.next());
      }
    }
  }

  #wake(delay: number): void {
    clearTimeout(this.#timer);
    if (this.#stopped) return;
    // setTimeout overflows at 2^31 ms; a token's renewal may be further away.
    this.#timer = setTimeout(
      guarded('pod timer', () => this.trigger()),
      Math.min(Math.max(delay, 0) + 5, 2 ** 31 - 1),
    );
  }

  /** Returns when to look again. */
  async #pass(): Promise<number | undefined> {
    const { runtime } = this.#context;
    this.#observed = await runtime.list(this.#pod.metadata.uid);
    if (!this.#isEnding && this.#refuse()) {
      await this.#report(false);
      return undefined;
    }
    this.#probe();
    const advanceAt = this.#advanceWaiting();
    const planned = this.#plan();
    if (this.#isEnding || isOver(this.#pod, Date.now())) this.#context.follower.release(this.#pod.metadata.uid ?? '');
    this.#tellCrashLoops(planned);
    this.#tellDeadline();
    if (planned.steps.length === 0) {
      this.#lastSteps = '';
      await this.#report(false);
      return advanceAt === undefined ? planned.wakeAt : Math.min(planned.wakeAt ?? advanceAt, advanceAt);
    }
    if (await this.#execute(planned.steps)) return undefined;
    const signature = planned.steps.map(describeStep).join();
    // The same steps again have not helped: no hurry.
    if (signature === this.#lastSteps) return Date.now() + REPEAT_MS;
    this.#lastSteps = signature;
    this.#requested = true;
    return planned.wakeAt;
  }

  /** Returns true when the pod has come to its end. */
  async #execute(steps: readonly Step[]): Promise<boolean> {
    if (this.#abort.signal.aborted && !this.#isEnding) this.#abort = new AbortController();
    const env: StepEnvironment = {
      context: this.#context,
      pod: this.#pod,
      memory: this.#memory,
      signal: this.#abort.signal,
      report: async () => {
        // What is slow may be pulled while the API is away.
        await this.#report(false).catch((error) => {
          if (!(error instanceof StatusError)) throw error;
        });
      },
      remount: () => {
        this.#memory.stale = true;
        this.trigger();
      },
    };
    // Containers end side by side: each may take all of its grace period in its hook.
    await Promise.all(steps.filter(({ kind }) => kind === 'stop').map((step) => executeStep(env, step as StopStep)));
    for (const step of steps) {
      if (step.kind === 'stop') continue;
      if (step.kind === 'finish') return this.#finish();
      if (step.kind === 'start' && this.#abort.signal.aborted) continue;
      await executeStep(env, step);
    }
    return false;
  }

  #plan(): Plan {
    const { stopping, holds, mounted, stale, restarts } = this.#memory;
    const deadlines = new Map<string, number>();
    for (const [id, { at, grace }] of stopping) {
      deadlines.set(id, at + 1000 * (this.#isEnding ? Math.min(grace, this.#grace) : grace));
    }
    return plan({
      pod: this.#pod,
      observed: this.#observed,
      now: Date.now(),
      ...(this.#isEnding ? { ending: { graceSeconds: this.#grace } } : {}),
      stopping: deadlines,
      unhealthy: this.#prober.unhealthy(),
      mounted: mounted && stale ? { renewAt: 0 } : mounted,
      holds,
      restart: (container, failedAt) => ({
        at: restarts.until(container, failedAt),
        delayMs: restarts.delay(container, failedAt),
      }),
    });
  }

  #refuse(): boolean {
    const reason = findUnsupported(this.#pod);
    if (reason === undefined) return false;
    if (this.#refused !== reason) {
      this.#refused = reason;
      this.#context.events.record(this.#pod, 'Warning', 'Unsupported', reason);
      for (const { name } of this.#pod.spec?.containers ?? []) {
        this.#memory.waiting.set(name, { reason: 'CreateContainerConfigError', message: reason });
      }
    }
    return true;
  }

  #probe(): void {
    const containers = new Map<string, Container>(this.#pod.spec?.containers.map((each) => [each.name, each]));
    const sandbox = this.#observed.find(({ kind, state }) => kind === 'sandbox' && state === 'running');
    const podIp = this.#pod.spec?.hostNetwork ? this.#context.node.hostIp : (sandbox?.ip ?? '');
    const statuses = this.#pod.status?.containerStatuses ?? [];
    const running = this.#isEnding
      ? []
      : this.#observed.flatMap((each) => {
          const container = containers.get(each.container);
          if (each.kind !== 'container' || each.state !== 'running' || container === undefined) return [];
          const reported = statuses.find(({ containerID }) => containerID === `docker://${each.id}`);
          return [
            {
              id: each.id,
              startedAt: Date.parse(each.startedAt ?? each.createdAt),
              container,
              podIp,
              ...(reported && { reported: { started: reported.started === true, ready: reported.ready } }),
            },
          ];
        });
    this.#prober.sync(running);
    const ids = new Set(this.#observed.map(({ id }) => id));
    for (const id of this.#memory.stopping.keys()) if (!ids.has(id)) this.#memory.stopping.delete(id);
  }

  /** A failure that is being waited out becomes its back-off, and says so once. Returns when the next will, if ever. */
  #advanceWaiting(): number | undefined {
    const { waiting, holds } = this.#memory;
    const now = Date.now();
    let later: number | undefined;
    for (const [name, { reason, message, next }] of waiting) {
      if (next === undefined || (holds.get(name) ?? 0) <= now) continue;
      if (next.at > now) {
        later = Math.min(later ?? next.at, next.at);
        continue;
      }
      const { containers = [], initContainers = [] } = this.#pod.spec ?? {};
      const init = initContainers.find((each) => each.name === name);
      const image = JSON.stringify((init ?? containers.find((each) => each.name === name))?.image ?? '');
      const text = `Back-off pulling image ${image}`;
      waiting.set(name, { reason: next.reason, message: `${text}: ${reason}: ${message}` });
      const path = fieldPathOf(name, init !== undefined);
      this.#context.events.record(this.#pod, 'Normal', 'BackOff', text, path);
      this.#context.events.record(this.#pod, 'Warning', 'Failed', `Error: ${next.reason}`, path);
    }
    return later;
  }

  #tellCrashLoops({ crashLoops }: Plan): void {
    const told = new Set(this.#crashLoops.map(({ dead }) => dead.id));
    this.#crashLoops = crashLoops;
    for (const { dead } of crashLoops) {
      if (told.has(dead.id)) continue;
      const message = `Back-off restarting failed container ${dead.container} in pod ${podTitle(this.#pod)}`;
      const path = fieldPathOf(dead.container, dead.kind === 'init');
      this.#context.events.record(this.#pod, 'Warning', 'BackOff', message, path);
    }
  }

  #tellDeadline(): void {
    if (this.#deadlineTold || this.#isEnding || isTerminal(this.#pod) || !isOver(this.#pod, Date.now())) return;
    this.#deadlineTold = true;
    this.#context.events.record(this.#pod, 'Normal', 'DeadlineExceeded', DEADLINE_EXCEEDED);
  }

  async #report(finished: boolean): Promise<void> {
    if (this.#gone) return;
    const pod = await reportStatus(this.#context.client, this.#pod, (current) =>
      computeStatus({
        pod: current,
        observed: this.#observed,
        now: new Date(),
        hostIp: this.#context.node.hostIp,
        waiting: this.#memory.waiting,
        crashLoops: new Map(this.#crashLoops.map(({ dead, delayMs }) => [dead.id, delayMs])),
        probes: this.#prober.verdicts(),
        finished,
      }),
    );
    if (pod === 'gone') {
      this.#gone = true;
      this.#requested = true;
    } else if (!isOlder(pod, this.#pod)) {
      this.#replace(pod);
      if (this.#memory.stale) this.#requested = true;
    }
  }

  /** Reports the end, removes everything, then lets the API forget the pod. */
  async #finish(): Promise<true> {
    const { runtime, volumes, client, onGone } = this.#context;
    await this.#report(true);
    for (const each of this.#observed) await runtime.remove(each.id);
    try {
      await volumes.unmount(this.#pod.metadata.uid ?? '');
    } catch (error) {
      // The pod stays until its volumes are gone, as upstream; this pass is tried again.
      const reason = error instanceof Error ? error.message : String(error);
      this.#context.events.record(this.#pod, 'Warning', 'FailedUnMount', `UnmountVolume.TearDown failed : ${reason}`);
      throw error;
    }
    if (!this.#gone) {
      const { namespace = '', name = '', uid = '' } = this.#pod.metadata;
      try {
        await client.delete(PODS, namespace, name, { gracePeriodSeconds: 0, preconditions: { uid } });
      } catch (error) {
        // 409: another pod has the name by now.
        if (!(error instanceof StatusError) || (error.code !== 404 && error.code !== 409)) throw error;
      }
    }
    this.#stopped = true;
    this.#prober.stop();
    onGone(this.#pod);
    return true;
  }
}

function describeStep(step: Step): string {
  if ('target' in step) return `${step.kind} ${step.target.id}`;
  if (step.kind === 'start') return `start ${step.container.name} ${step.attempt}`;
  return step.kind;
}

/** Whether files of the pod's own volumes tell the new state of it differently: they can show labels and annotations. */
function showsOther(before: Pod, after: Pod): boolean {
  const shows = after.spec?.volumes?.some(
    ({ downwardAPI, projected }) => downwardAPI ?? projected?.sources?.some((each) => each.downwardAPI),
  );
  if (!shows) return false;
  const shown = ({ metadata: { labels, annotations } }: Pod) => JSON.stringify([labels, annotations]);
  return shown(before) !== shown(after);
}

type StopStep = Extract<Step, { kind: 'stop' }>;

/** Revisions are integers of one sequence. */
function isOlder(a: Pod, b: Pod): boolean {
  return Number(a.metadata.resourceVersion ?? 0) < Number(b.metadata.resourceVersion ?? 0);
}
