/**
 * Says which nodes have no part of the cluster's pod addresses, because all were in use when they came, and gives them one
 * when another node leaves. A new node is given its part when it is stored. Upstream: pkg/controller/nodeipam.
 */
import { NODES, type Node } from '../../client/resources.ts';
import { type Controller, DONE, type ReconcileContext, type Result } from '../../reconcile/contract.ts';

/** The key under which all that wait are looked at; no node can have this name. */
const ALL = '*';
/** For what frees addresses without a node's end. */
const AGAIN_SECONDS = 600;

export const nodeIpamController: Controller = {
  name: 'node-ipam-controller',
  serviceAccount: 'node-controller',
  eventSource: 'cidrAllocator',
  watches: ['nodes'],
  /** Keys are names of nodes. */
  keys(change) {
    if (change.type === 'DELETED') return isWaiting(change.object as Node) ? [] : [ALL];
    return change.type === 'ADDED' && isWaiting(change.object as Node) ? [change.name] : [];
  },
  async reconcile(context, name) {
    if (name === ALL) return await wakeWaiting(context);
    const node = await context.client.find(NODES, '', name);
    return node === undefined || !isWaiting(node) ? DONE : await allocate(context, node);
  },
};

function isWaiting({ spec }: Node): boolean {
  return (spec?.podCIDR ?? '') === '';
}

async function wakeWaiting({ client, enqueue }: ReconcileContext): Promise<Result> {
  const { items } = await client.list(NODES);
  await enqueue(items.filter(isWaiting).map((node) => node.metadata.name ?? ''));
  return DONE;
}

/** Whatever changes a node gives it addresses where there are any; nothing else needs to change. */
async function allocate({ client, events }: ReconcileContext, node: Node): Promise<Result> {
  const changed = await client.update(NODES, node);
  if (!isWaiting(changed)) return DONE;
  const message = `Node ${node.metadata.name} status is now: CIDRNotAvailable`;
  await events.event(node, 'Normal', 'CIDRNotAvailable', message);
  return { outcome: 'after', seconds: AGAIN_SECONDS };
}
