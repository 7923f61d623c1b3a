/**
 * This machine as a Node: registered once, its status written only when it says something new, its Lease renewed every
 * 10 seconds. An idle node costs the API one small write per Lease interval and nothing else.
 */
import { Backoff, type HttpClient, pause, reflect } from '../../src/client/http.ts';
import { LEASES, type Lease, NODES, type Node } from '../../src/client/resources.ts';
import { microTimestamp } from '../../src/meta/object.ts';
import { own } from '../../src/meta/own.ts';
import { StatusError } from '../../src/meta/status-error.ts';
import { type NodeHealth, nodeConditions } from './conditions.ts';
import { type NodeDescription, nodeLabels, nodeStatus } from './describe.ts';

export interface NodeOptions {
  client: HttpClient;
  describe(): Promise<NodeDescription>;
  /** Asked every heartbeat. */
  health(): Promise<NodeHealth>;
  onNode(node: Node): void;
  /** Called once with what makes the node look at its health at once, instead of at the next heartbeat. */
  onRunning(check: () => void): void;
  record(node: Node, type: 'Normal' | 'Warning', reason: string, message: string): void;
  log: { info(fields: object, message: string): void; warn(fields: object, message: string): void };
  signal: AbortSignal;
}

const HEARTBEAT_MS = 10_000;
const LEASE_SECONDS = 40;
const LEASE_NAMESPACE = 'kube-node-lease';

/** Runs until the signal aborts. */
export async function runNode(options: NodeOptions): Promise<void> {
  const { client, log, signal, record } = options;
  let description = await retried(options.describe, options);
  const { name } = description;
  let node: Node = await retried(() => register(client, description), options);
  log.info({ node: name }, 'the node is registered');
  record(node, 'Normal', 'Starting', 'Starting kubelet.');
  options.onNode(node);

  let syncing: Promise<void> | undefined;
  let again = false;
  /** Somebody has deleted the Node: nothing is written that would bring a part of it back. */
  let deleted = false;

  async function syncOnce(): Promise<void> {
    const health = await options.health();
    if (health.notReady === undefined) description = await options.describe().catch(() => description);
    const previous = node.status?.conditions ?? [];
    const wanted = { ...nodeStatus(description), conditions: nodeConditions(health, previous, new Date()) };
    const current = node.status ?? {};
    const patch = Object.fromEntries(
      Object.entries(wanted).filter(([key, value]) => stable(value) !== stable(current[key as keyof typeof current])),
    );
    if (Object.keys(patch).length === 0) return;
    const before = previous.find(({ type }) => type === 'Ready')?.status;
    const after = wanted.conditions.find(({ type }) => type === 'Ready')?.status;
    const { resourceVersion } = node.metadata;
    try {
      node = await client.patch(NODES, '', name, 'merge', { metadata: { resourceVersion }, status: patch }, 'status');
    } catch (error) {
      if (!(error instanceof StatusError) || error.code !== 409) throw error;
      node = await client.get(NODES, '', name);
      again = true;
      return;
    }
    if (before !== after) {
      const reason = after === 'True' ? 'NodeReady' : 'NodeNotReady';
      record(node, 'Normal', reason, `Node ${name} status is now: ${reason}`);
    }
  }

  /** One at a time; what is asked for meanwhile is done once more after it. */
  function sync(): Promise<void> {
    if (deleted) return Promise.resolve();
    again = true;
    syncing ??= (async () => {
      while (again && !signal.aborted) {
        again = false;
        await syncOnce();
      }
    })()
      .catch((error) => log.warn({ err: String(error) }, "the node's status could not be written"))
      .finally(() => {
        syncing = undefined;
      });
    return syncing;
  }

  options.onRunning(() => void sync());

  // Others write to the Node too: its podCIDR, a Ready of Unknown after an outage.
  const reflection = reflect(
    client,
    NODES,
    {
      fieldSelector: `metadata.name=${name}`,
      onChange({ type, object }) {
        if (type === 'DELETED') {
          deleted = true;
          return log.warn({ node: name }, 'the Node was deleted; restart the agent to join again');
        }
        if (deleted) {
          // Made again by somebody else, with the same name.
          deleted = false;
          node = object;
        }
        if (Number(object.metadata.resourceVersion) >= Number(node.metadata.resourceVersion)) node = object;
        options.onNode(object);
        void sync();
      },
      onError: (error) => log.warn({ err: String(error) }, "the node's watch was interrupted"),
    },
    signal,
  );

  while (!signal.aborted) {
    const started = Date.now();
    await Promise.all([
      sync(),
      deleted
        ? undefined
        : renewLease(client, node, new Date()).catch((error) =>
            log.warn({ err: String(error) }, "the node's lease could not be renewed"),
          ),
    ]);
    await pause(Math.max(0, HEARTBEAT_MS - (Date.now() - started)), signal);
  }
  await reflection.done;
}

/** Creates the Node, or takes over the one that is there (a restart, a reinstall): idempotent. */
async function register(client: HttpClient, description: NodeDescription): Promise<Node> {
  const { name } = description;
  const labels = nodeLabels(description);
  const existing = await client.find(NODES, '', name);
  if (existing === undefined) {
    const node: Node = {
      apiVersion: 'v1',
      kind: 'Node',
      metadata: { name, labels },
      spec: {},
      status: nodeStatus(description),
    };
    return client.create(NODES, node);
  }
  const missing = Object.fromEntries(
    Object.entries(labels).filter(([key, value]) => own(existing.metadata.labels, key) !== value),
  );
  if (Object.keys(missing).length === 0) return existing;
  return client.patch(NODES, '', name, 'merge', { metadata: { labels: missing } });
}

async function renewLease(client: HttpClient, node: Node, now: Date): Promise<void> {
  const name = node.metadata.name ?? '';
  const renewTime = microTimestamp(now);
  try {
    await client.patch(LEASES, LEASE_NAMESPACE, name, 'merge', { spec: { renewTime, holderIdentity: name } });
  } catch (error) {
    if (!(error instanceof StatusError) || error.code !== 404) throw error;
    const owner = { apiVersion: 'v1', kind: 'Node', name, uid: node.metadata.uid ?? '' };
    const lease: Lease = {
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: { name, namespace: LEASE_NAMESPACE, ownerReferences: [owner] },
      spec: { holderIdentity: name, leaseDurationSeconds: LEASE_SECONDS, renewTime },
    };
    await client.create(LEASES, lease);
  }
}

async function retried<T>(task: () => Promise<T>, { signal, log }: NodeOptions): Promise<T> {
  const backoff = new Backoff({ initial: 500, max: 10_000 });
  for (;;) {
    try {
      return await task();
    } catch (error) {
      signal.throwIfAborted();
      log.warn({ err: error instanceof Error ? error.message : String(error) }, 'the node cannot be registered yet');
      await pause(backoff.next(), signal);
      signal.throwIfAborted();
    }
  }
}

/** JSON with sorted keys. */
function stable(value: unknown): string {
  return JSON.stringify(value, (_key, each: unknown) =>
    typeof each === 'object' && each !== null && !Array.isArray(each)
      ? Object.fromEntries(Object.entries(each).sort(([a], [b]) => (a < b ? -1 : 1)))
      : each,
  );
}
