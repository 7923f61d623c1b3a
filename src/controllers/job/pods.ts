/** Makes and removes a Job's pods. */
import { JOBS, type Job, PODS, type Pod } from '../../client/resources.ts';
import { isStatus } from '../../meta/status-error.ts';
import type { ReconcileContext } from '../../reconcile/contract.ts';
import { controllerReference } from '../shared/claim.ts';
import { slowStart } from '../shared/slow-start.ts';
import { isNamespaceTerminating } from '../shared/status-causes.ts';
import { judgeFailure } from './failure-policy.ts';
import type { NewPod } from './move.ts';
import {
  COMPLETION_INDEX,
  earlierFailures,
  FAILURES,
  IGNORED_FAILURES,
  isTracked,
  type JobSpec,
  TRACKING,
} from './pod-facts.ts';

const INDEX_VARIABLE = 'JOB_COMPLETION_INDEX';
/** Of a generated name: 63 less the five random characters. */
const MAX_PREFIX = 58;

/** A pod of the template, owned by the Job; the API server completes its name. */
export function podOf(job: Job, { index, replaces }: NewPod): Pod {
  const spec = job.spec as JobSpec;
  const { labels, annotations, finalizers = [] } = spec.template.metadata ?? {};
  const { name = '', namespace = '' } = job.metadata;
  const indexed: Record<string, string> = index === undefined ? {} : { [COMPLETION_INDEX]: String(index) };
  const suffix = index === undefined ? '-' : `-${index}-`;
  const pod: Pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      generateName: `${name.slice(0, MAX_PREFIX - suffix.length)}${suffix}`,
      namespace,
      labels: { ...labels, ...indexed },
      annotations: { ...annotations, ...indexed, ...failureCounts(spec, index, replaces) },
      finalizers: [...finalizers.filter((each) => each !== TRACKING), TRACKING],
      ownerReferences: [controllerReference(job, JOBS)],
    },
    ...(spec.template.spec === undefined ? {} : { spec: structuredClone(spec.template.spec) }),
  };
  if (index !== undefined && pod.spec !== undefined) {
    pod.spec.hostname = `${name}-${index}`;
    for (const container of [...(pod.spec.initContainers ?? []), ...pod.spec.containers]) {
      if (container.env?.some((variable) => variable.name === INDEX_VARIABLE)) continue;
      const valueFrom = { fieldRef: { apiVersion: 'v1', fieldPath: `metadata.labels['${COMPLETION_INDEX}']` } };
      container.env = [...(container.env ?? []), { name: INDEX_VARIABLE, valueFrom }];
    }
  }
  return pod;
}

/** How often the index failed before, which is what its limit is about. */
function failureCounts(spec: JobSpec, index: number | undefined, replaced: Pod | undefined): Record<string, string> {
  if (index === undefined || spec.backoffLimitPerIndex === undefined) return {};
  if (replaced === undefined) return { [FAILURES]: '0' };
  const { counted, ignored } = earlierFailures(replaced);
  const { counts } = judgeFailure(spec, replaced);
  const [all, spared] = counts ? [counted + 1, ignored] : [counted, ignored + 1];
  return { [FAILURES]: String(all), ...(spared === 0 ? {} : { [IGNORED_FAILURES]: String(spared) }) };
}

/** Throws the first failure after trying what was worth trying. */
export async function createPods(context: ReconcileContext, job: Job, pods: readonly NewPod[]): Promise<void> {
  const { client, events, defer } = context;
  await slowStart(pods, async (each) => {
    try {
      const { metadata } = await client.create(PODS, podOf(job, each));
      defer(() => events.event(job, 'Normal', 'SuccessfulCreate', `Created pod: ${metadata.name}`));
    } catch (error) {
      if (isNamespaceTerminating(error)) return;
      await events.event(job, 'Warning', 'FailedCreate', `Error creating: ${messageOf(error)}`);
      throw error;
    }
  });
}

/** `uncounted`: they are removed because they are too many, and are no failures. */
export async function deletePods(
  context: ReconcileContext,
  job: Job,
  pods: readonly Pod[],
  { uncounted }: { uncounted: boolean },
): Promise<void> {
  const { client, events, defer } = context;
  const results = await Promise.allSettled(
    pods.map(async (pod) => {
      const { namespace = '', name = '', uid } = pod.metadata;
      try {
        if (uncounted) await releasePod(context, pod);
        await client.delete(PODS, namespace, name, { preconditions: uid === undefined ? {} : { uid } });
        defer(() => events.event(job, 'Normal', 'SuccessfulDelete', `Deleted pod: ${name}`));
      } catch (error) {
        if (isStatus(error, 'NotFound')) return;
        await events.event(job, 'Warning', 'FailedDelete', `Error deleting: ${messageOf(error)}`);
        throw error;
      }
    }),
  );
  const failed = results.find((result) => result.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
}

/** Takes the finalizer away. A pod that is gone, or another of its name, is left alone. */
export async function releasePod({ client }: ReconcileContext, pod: Pod): Promise<void> {
  if (!isTracked(pod)) return;
  const { namespace = '', name = '', uid } = pod.metadata;
  const metadata = { uid, '$deleteFromPrimitiveList/finalizers': [TRACKING] };
  try {
    await client.patch(PODS, namespace, name, 'strategic', { metadata });
  } catch (error) {
    if (!isStatus(error, 'NotFound') && !isStatus(error, 'Conflict')) throw error;
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
