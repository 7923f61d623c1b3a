/**
 * Removes pods that no kubelet will: of nodes that are gone, terminating without a node, and finished ones beyond a
 * number. Upstream: pkg/controller/podgc.
 */
import { NODES, PODS, type Pod } from '../../client/resources.ts';
import {
  type Controller,
  DONE,
  type ObservedChange,
  type ReconcileContext,
  type Result,
} from '../../reconcile/contract.ts';
import { fnv1a } from '../../reconcile/hash.ts';
import { objectKey } from '../../reconcile/keys.ts';
import { disruptPod } from '../shared/disruption.ts';
import { isPodFinished } from '../shared/pods.ts';

/** A node that was deleted may be registered again: its pods are spared this long, as upstream does. */
const QUARANTINE_SECONDS = 40;
/** Counting finished pods lists them all, so that one in this many finishing pods gives cause to. */
const FINISHED_SAMPLE = 128;
const FINISHED_KEY = 'finished';

export function podGarbageCollector(terminatedPodThreshold: number): Controller {
  return {
    name: 'pod-garbage-collector',
    watches: ['nodes', 'pods'],
    /** "finished", "node/<name>", "orphans/<node>/<time>" or "pod/<namespace>/<name>". */
    keys(change) {
      if (change.resource === 'nodes') return change.type === 'DELETED' ? [`node/${change.name}`] : [];
      return change.type === 'DELETED' ? [] : podKeys(change);
    },
    async reconcile(context, key) {
      if (key === FINISHED_KEY) return await removeFinished(context, terminatedPodThreshold);
      const [kind, first = '', second = ''] = key.split('/');
      if (kind === 'node') return await quarantine(context, first);
      if (kind === 'orphans') return await removeOrphans(context, first, Number(second));
      return await removeUnscheduled(context, first, second);
    },
  };
}

function podKeys({ object, previous }: ObservedChange): string[] {
  const pod = object as Pod;
  const before = previous as Pod | undefined;
  const keys: string[] = [];
  const { nodeName } = pod.spec ?? {};
  if (nodeName && nodeName !== before?.spec?.nodeName) keys.push(`node/${nodeName}`);
  if (isTerminatingUnscheduled(pod)) keys.push(`pod/${objectKey(pod)}`);
  const justFinished = isPodFinished(pod) && (before === undefined || !isPodFinished(before));
  if (justFinished && fnv1a(pod.metadata.uid ?? '') % FINISHED_SAMPLE === 0) keys.push(FINISHED_KEY);
  return keys;
}

function isTerminatingUnscheduled(pod: Pod): boolean {
  return pod.metadata.deletionTimestamp !== undefined && !pod.spec?.nodeName;
}

/** The end of the quarantine is part of the key, for a run knows nothing of the one before it. Rounded, to coalesce. */
async function quarantine(context: ReconcileContext, nodeName: string): Promise<Result> {
  if ((await context.client.find(NODES, '', nodeName)) !== undefined) return DONE;
  const { items } = await context.client.list(PODS, { fieldSelector: `spec.nodeName=${nodeName}` });
  const end = Math.ceil(context.now().getTime() / 10_000) * 10 + QUARANTINE_SECONDS;
  if (items.length > 0) await context.enqueue([`orphans/${nodeName}/${end}`]);
  return DONE;
}

/** `end` in seconds since the epoch. */
async function removeOrphans({ client, now }: ReconcileContext, nodeName: string, end: number): Promise<Result> {
  const seconds = end - now().getTime() / 1000;
  if (seconds > 0) return { outcome: 'after', seconds };
  if ((await client.find(NODES, '', nodeName)) !== undefined) return DONE;
  const { items } = await client.list(PODS, { fieldSelector: `spec.nodeName=${nodeName}` });
  const disruption = { reason: 'DeletionByPodGC', message: 'PodGC: node no longer exists' };
  for (const pod of items) await disruptPod(client, pod, { disruption, force: true }, now());
  return DONE;
}

async function removeUnscheduled({ client, now }: ReconcileContext, namespace: string, name: string): Promise<Result> {
  const pod = await client.find(PODS, namespace, name);
  if (pod !== undefined && isTerminatingUnscheduled(pod)) await disruptPod(client, pod, { force: true }, now());
  return DONE;
}

/** The oldest finished pods beyond the threshold; 0 or less means no limit. */
async function removeFinished({ client, now }: ReconcileContext, threshold: number): Promise<Result> {
  if (threshold <= 0) return DONE;
  const lists = await Promise.all(
    ['Succeeded', 'Failed'].map((phase) => client.list(PODS, { fieldSelector: `status.phase=${phase}` })),
  );
  const finished = lists.flatMap(({ items }) => items);
  finished.sort((a, b) => ((a.metadata.creationTimestamp ?? '') < (b.metadata.creationTimestamp ?? '') ? -1 : 1));
  for (const pod of finished.slice(0, Math.max(0, finished.length - threshold))) {
    await disruptPod(client, pod, { force: true }, now());
  }
  return DONE;
}
