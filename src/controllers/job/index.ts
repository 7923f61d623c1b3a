/** Runs pods to completion. Upstream: pkg/controller/job. */
import { JOBS, type Job, PODS, type Pod } from '../../client/resources.ts';
import { semanticEqual } from '../../meta/equal.ts';
import { controllerOf, timestamp } from '../../meta/object.ts';
import {
  type Controller,
  DONE,
  type ObservedChange,
  type ReconcileContext,
  type Result,
} from '../../reconcile/contract.ts';
import { objectKey, parseSelectionKey, selectionKeys } from '../../reconcile/keys.ts';
import { adoptOrphans, claimChildren } from '../shared/claim.ts';
import { isJobFinished } from '../shared/jobs.ts';
import { isPodReady } from '../shared/pods.ts';
import { account, type JobStatus, settle } from './accounting.ts';
import { type Assessment, assess, type Ending, secondsToDeadline } from './assessment.ts';
import { nextMove } from './move.ts';
import { isTracked, TRACKING } from './pod-facts.ts';
import { createPods, deletePods, releasePod } from './pods.ts';
import { ended, ending, type PodCounts, suspension, withCounts } from './status.ts';

const CONTROLLER_NAME = 'kubernetes.io/job-controller';
/** Finalizers taken away at once. */
const RELEASES = 16;

export const jobController: Controller = {
  name: 'job-controller',
  watches: ['jobs.batch', 'pods'],
  /**
   * "<uid>/<namespace>/<name>" of a Job, whose uid finds its pods when it is gone; "orphan/<namespace>/<name>" of a pod
   * that waits to be counted by nobody.
   */
  keys(change) {
    if (change.resource === 'jobs.batch') return [jobKey(change.object.metadata.uid, objectKey(change.object))];
    return podKeys(change);
  },
  async reconcile(context, key) {
    const selection = parseSelectionKey(key);
    if (selection !== undefined) {
      await adoptOrphans(context, { ownerResource: JOBS, resource: PODS, finalizer: TRACKING }, selection);
      return DONE;
    }
    const [uid = '', namespace = '', name = ''] = key.split('/');
    if (uid === 'orphan') return await releaseOrphan(context, namespace, name);
    const job = await context.client.find(JOBS, namespace, name);
    if (job === undefined || job.metadata.uid !== uid) return await releaseAll(context, uid);
    if ((job.spec?.managedBy ?? CONTROLLER_NAME) !== CONTROLLER_NAME) return DONE;
    return isJobFinished(job) ? await releaseAll(context, uid) : await sync(context, job);
  },
};

function jobKey(uid: string | undefined, key: string): string {
  return `${uid ?? ''}/${key}`;
}

function podKeys(change: ObservedChange): string[] {
  const keys = new Set<string>();
  for (const state of [change.object, change.previous]) {
    const owner = state && controllerOf(state);
    if (owner?.kind === 'Job') keys.add(jobKey(owner.uid, `${change.namespace}/${owner.name}`));
  }
  if (change.type === 'DELETED' || controllerOf(change.object) !== undefined) return [...keys];
  if (isTracked(change.object as Pod)) keys.add(`orphan/${objectKey(change.object)}`);
  return [...keys, ...selectionKeys(change)];
}

/** Nobody counts the pods of a Job that is gone, or done. */
async function releaseAll(context: ReconcileContext, uid: string): Promise<Result> {
  const pods = (await context.ownership.dependents(uid))
    .filter(({ storedAs, object }) => storedAs === 'pods' && controllerOf(object)?.uid === uid)
    .map(({ object }) => object as Pod);
  await releasePods(context, pods);
  return DONE;
}

async function releaseOrphan(context: ReconcileContext, namespace: string, name: string): Promise<Result> {
  const pod = await context.client.find(PODS, namespace, name);
  if (pod !== undefined && controllerOf(pod) === undefined) await releasePod(context, pod);
  return DONE;
}

async function releasePods(context: ReconcileContext, pods: readonly Pod[]): Promise<void> {
  const tracked = pods.filter(isTracked);
  for (let at = 0; at < tracked.length; at += RELEASES) {
    await Promise.all(tracked.slice(at, at + RELEASES).map((pod) => releasePod(context, pod)));
  }
}

async function sync(context: ReconcileContext, job: Job): Promise<Result> {
  const { now } = context;
  const pods = await claimChildren(context, {
    owner: job,
    ownerResource: JOBS,
    selector: job.spec?.selector ?? {},
    resource: PODS,
    finalizer: TRACKING,
  });
  const found = assess(started(job, now()), pods, now());
  const acted = found.ending === undefined ? await proceed(context, found) : await wind(context, found);
  const again = await record(context, job, found, acted);
  if (acted.failure !== undefined) throw acted.failure;
  const deadline = secondsToDeadline(found.job, now());
  const waits = [again ? 0 : undefined, acted.wait, acted.end === undefined ? deadline : undefined];
  const due = waits.filter((seconds) => seconds !== undefined);
  return due.length === 0 ? DONE : { outcome: 'after', seconds: Math.min(...due) };
}

function started(job: Job, now: Date): Job {
  if (job.status?.startTime || job.spec?.suspend === true) return job;
  return { ...job, status: { ...job.status, startTime: timestamp(now) } };
}

interface Acted {
  counts: PodCounts;
  end?: Ending;
  /** What creating or deleting pods threw: the status is written all the same. */
  failure?: Error;
  /** Seconds until more can be done. */
  wait?: number;
  /** Whether the Job goes on, so that its suspension is worth saying. */
  goesOn?: boolean;
}

/** The Job is at its end: what still runs is stopped. */
async function wind(context: ReconcileContext, found: Assessment): Promise<Acted> {
  const failure = await failureOf(deletePods(context, found.job, found.active, { uncounted: false }));
  const { active, ready, terminating } = countsOf(found);
  if (failure !== undefined) return { counts: { active, ready, terminating }, failure };
  return { counts: { active: 0, ready: 0, terminating: terminating + active }, ...endOf(found.ending) };
}

async function proceed(context: ReconcileContext, found: Assessment): Promise<Acted> {
  const { job, spec } = found;
  const counts = countsOf(found);
  const moved = job.metadata.deletionTimestamp === undefined;
  const move = moved ? nextMove(found, context.now()) : { kind: 'none' as const };
  let failure: Error | undefined;
  if (move.kind === 'remove') {
    failure = await failureOf(deletePods(context, job, move.pods, { uncounted: true }));
    if (failure === undefined) {
      counts.active -= move.pods.length;
      counts.ready -= move.pods.filter(isPodReady).length;
      counts.terminating += move.pods.length;
    }
  } else if (move.kind === 'create') {
    failure = await failureOf(createPods(context, job, move.pods));
    if (failure === undefined) counts.active += move.pods.length;
  }
  if (failure !== undefined) return { counts, failure };
  const { completions } = spec;
  const done = completions === undefined ? found.succeeded > 0 : found.succeeded >= completions;
  if (done && counts.active === 0) {
    const message = 'Reached expected number of succeeded pods';
    return { counts, end: { type: 'SuccessCriteriaMet', reason: 'CompletionsReached', message } };
  }
  return { counts, goesOn: moved, ...(move.kind === 'wait' ? { wait: move.seconds } : {}) };
}

function endOf(end: Ending | undefined): Pick<Acted, 'end'> {
  return end === undefined ? {} : { end };
}

function countsOf({ active, ready, terminating }: Assessment): PodCounts {
  return { active: active.length, ready, terminating };
}

async function failureOf(work: Promise<void>): Promise<Error | undefined> {
  return await work.then(
    () => undefined,
    (error: unknown) => (error instanceof Error ? error : new Error(String(error))),
  );
}

/** Writes what the pass has found, in the steps that count no pod twice. Tells whether pods are left to count. */
async function record(context: ReconcileContext, stored: Job, found: Assessment, acted: Acted): Promise<boolean> {
  const { events, now } = context;
  const { status, counted, more } = account(found, acted.end);
  const suspended = acted.goesOn === true ? suspension(found.job, status, now()) : { status };
  let next = withCounts(suspended.status, acted.counts);
  if (acted.end !== undefined) next = ending(next, acted.end, now());
  let job = await write(context, stored, next);
  if (suspended.event !== undefined) {
    const reason = found.spec.suspend === true ? 'Suspended' : 'Resumed';
    await events.event(job, 'Normal', reason, suspended.event.message);
  }
  await releasePods(context, counted);
  const released = new Set(counted.map(({ metadata }) => metadata.uid));
  const held = found.pods.filter((pod) => isTracked(pod) && !released.has(pod.metadata.uid));
  next = settle(job.status ?? {}, new Set(held.map(({ metadata }) => metadata.uid ?? '')));
  const uncounted = Object.keys(next.uncountedTerminatedPods ?? {}).length > 0;
  const over = acted.end !== undefined && !more && !uncounted && acted.counts.terminating === 0;
  if (over && acted.end !== undefined) next = ended(next, acted.end, now());
  job = await write(context, job, next);
  if (over && acted.end !== undefined) await announce(context, job, acted.end);
  return more;
}

async function write({ client }: ReconcileContext, job: Job, status: JobStatus): Promise<Job> {
  if (semanticEqual(status, job.status)) return job;
  return await client.updateStatus(JOBS, { ...job, status });
}

async function announce({ events }: ReconcileContext, job: Job, { type, reason, message }: Ending): Promise<void> {
  if (type !== 'SuccessCriteriaMet') {
    await events.event(job, 'Warning', reason, message);
    return;
  }
  await events.event(job, 'Normal', 'Completed', 'Job completed');
  const { completions } = job.spec ?? {};
  if (completions === undefined || (job.status?.succeeded ?? 0) <= completions) return;
  const surplus = 'Too many succeeded pods running after completion count reached';
  await events.event(job, 'Warning', 'TooManySucceededPods', surplus);
}
