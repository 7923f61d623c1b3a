/** Deletes pods from nodes whose NoExecute taints they do not, or no longer, tolerate. Upstream: pkg/controller/tainteviction. */
import { NODES, type Node, PODS, type Pod } from '../../client/resources.ts';
import {
  type Controller,
  DONE,
  type ObservedChange,
  type ReconcileContext,
  type Result,
} from '../../reconcile/contract.ts';
import { objectKey, splitKey } from '../../reconcile/keys.ts';
import { disruptPod } from '../shared/disruption.ts';
import { isPodFinished } from '../shared/pods.ts';
import { evictionTime, noExecuteTaints } from './tolerance.ts';

export const taintEvictionController: Controller = {
  name: 'taint-eviction-controller',
  serviceAccount: 'node-controller',
  watches: ['nodes', 'pods'],
  /** Keys of nodes begin with a slash, those of pods with their namespace. */
  keys(change) {
    if (change.type === 'DELETED') return [];
    return (change.resource === 'nodes' ? taintsChanged(change) : placementChanged(change))
      ? [objectKey(change.object)]
      : [];
  },
  async reconcile(context, key) {
    const { namespace, name } = splitKey(key);
    if (namespace === '') return await wakePods(context, name);
    const pod = await context.client.find(PODS, namespace, name);
    return pod === undefined ? DONE : await judge(context, pod);
  },
};

function taintsChanged({ object, previous }: ObservedChange): boolean {
  const taints = (node: unknown) => JSON.stringify(node === undefined ? [] : noExecuteTaints(node as Node));
  return taints(object) !== taints(previous);
}

/** Bound to a node, or given other tolerations. */
function placementChanged({ object, previous }: ObservedChange): boolean {
  const placement = (pod: unknown) => {
    const { nodeName, tolerations } = (pod as Pod | undefined)?.spec ?? {};
    return nodeName ? JSON.stringify([nodeName, tolerations]) : '';
  };
  return placement(object) !== '' && placement(object) !== placement(previous);
}

async function wakePods(context: ReconcileContext, nodeName: string): Promise<Result> {
  const node = await context.client.find(NODES, '', nodeName);
  if (node === undefined || noExecuteTaints(node).length === 0) return DONE;
  const { items } = await context.client.list(PODS, { fieldSelector: `spec.nodeName=${nodeName}` });
  await context.enqueue(items.map(objectKey));
  return DONE;
}

async function judge({ client, events, now }: ReconcileContext, pod: Pod): Promise<Result> {
  if (!pod.spec?.nodeName || pod.metadata.deletionTimestamp !== undefined || isPodFinished(pod)) return DONE;
  const node = await client.find(NODES, '', pod.spec.nodeName);
  const taints = node === undefined ? [] : noExecuteTaints(node);
  const time = evictionTime(pod, taints);
  if (time === undefined) return DONE;
  const seconds = (time - now().getTime()) / 1000;
  if (seconds > 0) return { outcome: 'after', seconds };
  await events.event(pod, 'Normal', 'TaintManagerEviction', `Marking for deletion Pod ${objectKey(pod)}`);
  const disruption = {
    reason: 'DeletionByTaintManager',
    message: 'Taint manager: deleting due to NoExecute taint',
  };
  await disruptPod(client, pod, { disruption, force: false }, now());
  return DONE;
}
