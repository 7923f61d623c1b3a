/**
 * Notices nodes that stopped reporting, and taints nodes by their conditions. Upstream: pkg/controller/nodelifecycle, which
 * counts from when it saw a sign of life, never from the time that the node wrote into it.
 */
import { NODES, type Node, PODS } from '../../client/resources.ts';
import { semanticEqual } from '../../meta/equal.ts';
import { timestamp } from '../../meta/object.ts';
import { isStatus } from '../../meta/status-error.ts';
import { type Controller, DONE, type ReconcileContext, type Result } from '../../reconcile/contract.ts';
import { podCondition } from '../shared/pods.ts';
import { type Grace, lostConditions, readiness, secondsToLost } from './health.ts';
import { wantedTaints } from './taints.ts';

/** The key under which the nodes that are not ready are looked at again; no node can have this name. */
const ALL = '*';

export interface NodeLifecycleOptions extends Grace {
  /** Seconds since the node's last sign of life, its Lease's or its status', by one clock; undefined: it gave none. */
  silence(tenant: string, node: string): Promise<number | undefined>;
}

export function nodeLifecycleController(options: NodeLifecycleOptions): Controller {
  return {
    name: 'node-controller',
    watches: ['nodes', 'pods'],
    /** Keys are names of nodes. */
    keys(change) {
      if (change.resource === 'nodes') return nodeKeys(change);
      // A pod that says it is ready on a node that is not must be told otherwise.
      const node = (change.object as { spec?: { nodeName?: string } }).spec?.nodeName;
      const moved = node !== (change.previous as { spec?: { nodeName?: string } } | undefined)?.spec?.nodeName;
      return node && moved && change.type !== 'DELETED' ? [node] : [];
    },
    async reconcile(context, name) {
      if (name === ALL) return await wakeUnready(context);
      const node = await context.client.find(NODES, '', name);
      return node === undefined ? DONE : await monitor(context, node, options);
    },
  };
}

function nodeKeys(change: Parameters<Controller['keys']>[0]): string[] {
  const before = change.previous === undefined ? undefined : readiness(change.previous as Node);
  const after = change.type === 'DELETED' ? undefined : readiness(change.object as Node);
  // Whether a lost node evicts depends on there being any that is not lost.
  const others = before !== after ? [ALL] : [];
  return after === undefined ? others : [change.name, ...others];
}

async function wakeUnready(context: ReconcileContext): Promise<Result> {
  const { items } = await context.client.list(NODES);
  const unready = items.filter((node) => readiness(node) !== 'True');
  await context.enqueue(unready.map((node) => node.metadata.name ?? ''));
  return DONE;
}

async function monitor(context: ReconcileContext, found: Node, options: NodeLifecycleOptions): Promise<Result> {
  const { client, events, tenant } = context;
  const silence = await options.silence(tenant, found.metadata.name ?? '');
  const seconds = secondsToLost(found, silence, options, context.now());
  let node = found;
  if (seconds <= 0) {
    const conditions = lostConditions(node, context.now());
    if (!semanticEqual(conditions, node.status?.conditions)) {
      const wasReady = readiness(node) === 'True';
      node = await client.updateStatus(NODES, { ...node, status: { ...node.status, conditions } });
      if (wasReady) {
        const message = `Node ${node.metadata.name} status is now: NodeNotReady`;
        await events.event(node, 'Normal', 'NodeNotReady', message);
      }
    }
  }
  const ready = readiness(node) === 'True';
  node = await taint(context, node, ready || (await someNodeIsReady(context)));
  if (!ready) await markPodsNotReady(context, node);
  // Renewals leave no trace in the change log: only the clock tells that one is overdue. A lost node's next report does.
  return seconds > 0 ? { outcome: 'after', seconds } : DONE;
}

/** When every node is lost the fault is more likely on this side: nothing is driven away then, as upstream decides. */
async function someNodeIsReady({ client }: ReconcileContext): Promise<boolean> {
  return (await client.list(NODES)).items.some((node) => readiness(node) === 'True');
}

async function taint({ client, now }: ReconcileContext, node: Node, mayEvict: boolean): Promise<Node> {
  const taints = wantedTaints(node, mayEvict, now());
  if (semanticEqual(taints, node.spec?.taints)) return node;
  const { taints: _, ...spec } = node.spec ?? {};
  return await client.update(NODES, { ...node, spec: taints.length === 0 ? spec : { ...spec, taints } });
}

async function markPodsNotReady({ client, events, now }: ReconcileContext, node: Node): Promise<void> {
  const pods = await client.list(PODS, { fieldSelector: `spec.nodeName=${node.metadata.name}` });
  for (const pod of pods.items) {
    if (podCondition(pod, 'Ready')?.status !== 'True') continue;
    const conditions = (pod.status?.conditions ?? []).map((condition) =>
      condition.type === 'Ready' ? { ...condition, status: 'False', lastTransitionTime: timestamp(now()) } : condition,
    );
    try {
      await client.updateStatus(PODS, { ...pod, status: { ...pod.status, conditions } });
    } catch (error) {
      if (!isStatus(error, 'NotFound')) throw error;
      continue;
    }
    const about = { ...pod, apiVersion: 'v1', kind: 'Pod' } as const;
    await events.event(about, 'Warning', 'NodeNotReady', 'Node is not ready');
  }
}
