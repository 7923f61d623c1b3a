/**
 * The Workers host: the same control plane, made anew for each request from nothing but the database. Run
 * `kedge init --database-url …` once before the first deployment: a Worker has no files to migrate from.
 */

import { createFlow } from '../apiserver/flow/flow.ts';
import { DEFAULT_LIMITS, withoutQueues } from '../apiserver/flow/limits.ts';
import type { Store } from '../apiserver/storage/contract.ts';
import { createPollingFeed, withGroupCommit } from '../apiserver/storage/postgres/index.ts';
import { connect } from '../db/connection.ts';
import { ROOT } from '../meta/tenant.ts';
import { clusterSettingsReader, createClusterSettingsCache } from './cluster-settings.ts';
import { parseEncryptionKeys, readConfig } from './config.ts';
import { signingKeyCipher } from './key-cipher.ts';
import { endpointOf } from './replicas.ts';
import { openStore } from './store.ts';
import { type ControlPlane, createCaches, createControlPlane } from './wiring.ts';
import { offerOf } from './worker-socket.ts';

/** Bindings: Hyperdrive, or KEDGE_DATABASE_URL as a secret; the other KEDGE_ variables as in config.ts. */
export interface WorkerEnvironment extends Record<string, unknown> {
  HYPERDRIVE?: { connectionString: string };
}

interface Context {
  waitUntil(promise: Promise<unknown>): void;
}

/** A request's connections: one for its statements, and some for what it reads side by side. Workers allow six. */
const CONNECTIONS = 5;
/** Milliseconds of controllers' work after a write; waitUntil allows 30 s. */
const DRAIN_AFTER_WRITE_MS = 5_000;
const DRAIN_BY_CRON_MS = 25_000;

/**
 * An isolate may keep these from one request to the next: plain data. Anything with I/O in it (a connection, a pending
 * promise) belongs to the request that made it and must not be kept.
 */
const caches = createCaches();
/** Counts only: a request of an isolate must not wait for what another one does. */
const flow = createFlow(withoutQueues(DEFAULT_LIMITS));
/** By tenant; fixed when it is made. */
const settings = createClusterSettingsCache();

export default {
  async fetch(request: Request, environment: WorkerEnvironment, context: Context): Promise<Response> {
    const { plane, stirred, close } = open(environment, new URL(request.url).origin);
    try {
      const upgrade = offerOf(request);
      const answer = await plane.app.fetch(request, upgrade === undefined ? {} : { upgrade });
      await discardBody(request);
      const accepted = upgrade?.accepted;
      const { response, ended } =
        accepted === undefined ? observeEnd(request, answer) : { response: accepted.response, ended: accepted.closed };
      context.waitUntil(
        ended
          .then(() => (causesWork(request, answer) ? drainStirred(plane, stirred) : undefined))
          .catch((error: unknown) => console.error('drain failed', error))
          .finally(close),
      );
      return response;
    } catch (error) {
      context.waitUntil(close());
      throw error;
    }
  },

  /** Each minute: timers that are due, what an interrupted drain left behind, and changes past their retention. */
  async scheduled(_event: unknown, environment: WorkerEnvironment, _context: Context): Promise<void> {
    const { plane, store, close } = open(environment, '');
    try {
      await plane.runner.drain(undefined, DRAIN_BY_CRON_MS);
      await store.compact(new Date());
    } finally {
      await close();
    }
  },
};

function open(
  environment: WorkerEnvironment,
  externalUrl: string,
): { plane: ControlPlane; store: Store; stirred: Set<string>; close(): Promise<void> } {
  const config = readConfig(environment);
  const url = environment.HYPERDRIVE?.connectionString ?? config.KEDGE_DATABASE_URL;
  if (url === undefined) throw new Error('no database: bind HYPERDRIVE or set KEDGE_DATABASE_URL');
  if (config.KEDGE_ENCRYPTION_KEYS === undefined) throw new Error('set the secret KEDGE_ENCRYPTION_KEYS');
  const keys = parseEncryptionKeys(config.KEDGE_ENCRYPTION_KEYS);
  // Poolers hand each transaction another session, which does not know what was prepared in the last.
  const db = connect(url, { max: CONNECTIONS, prepare: false });
  /** The request's own tenant, and whatever else is written to. */
  const stirred = new Set<string>();
  const store = withGroupCommit(openStore(db, keys), { onCommit: (tenant) => stirred.add(tenant) });
  const plane = createControlPlane({
    db,
    store,
    feed: createPollingFeed(store),
    clusterSettings: clusterSettingsReader(db, settings),
    externalUrl: config.KEDGE_EXTERNAL_URL ?? externalUrl,
    caBundle: '',
    // A name, which nodes cannot route a Service to; but it says where the API is.
    apiEndpoints: {
      endpoints: async () => (config.KEDGE_EXTERNAL_URL === undefined ? [] : [endpointOf(config.KEDGE_EXTERNAL_URL)]),
    },
    cipher: signingKeyCipher(keys),
    tunnel: undefined,
    onTenant: (tenant) => stirred.add(tenant),
    caches,
    flow,
    watchSeconds: config.KEDGE_WATCH_SECONDS,
    maxTokenSeconds: config.KEDGE_SERVICE_ACCOUNT_MAX_TOKEN_EXPIRATION,
    log: {
      info: (fields, message) => console.log(message, fields),
      warn: (fields, message) => console.warn(message, fields),
      error: (fields, message) => console.error(message, fields),
    },
    ready: async () => [
      await store.revision(ROOT).then(
        () => ({ name: 'postgres', ok: true }),
        (error: unknown) => ({ name: 'postgres', ok: false, detail: String(error) }),
      ),
    ],
  });
  return { plane, store, stirred, close: () => db.close() };
}

/** What one tenant's controllers write may concern another: root's make and remove tenants. */
async function drainStirred(plane: ControlPlane, stirred: Set<string>): Promise<void> {
  const deadline = Date.now() + DRAIN_AFTER_WRITE_MS;
  for (const tenant of stirred) {
    if (Date.now() >= deadline) return;
    await plane.runner.drain(tenant, deadline - Date.now());
    stirred.delete(tenant);
  }
}

/** Writes do at once; a watch is how agents and controllers of others wait, so its end is a good moment too. */
function causesWork(request: Request, response: Response): boolean {
  return response.ok && (request.method !== 'GET' || isWatch(request));
}

function isWatch(request: Request): boolean {
  return request.method === 'GET' && new URL(request.url).searchParams.has('watch');
}

/** Bytes of a refused upload that are taken first, so that its client, still sending, sees the answer and not a reset. */
const DISCARD_BYTES = 8 * 1024 * 1024;

async function discardBody(request: Request): Promise<void> {
  if (request.bodyUsed) return;
  let size = 0;
  try {
    for await (const chunk of request.body ?? []) {
      size += chunk.byteLength;
      if (size > DISCARD_BYTES) break;
    }
  } catch {
    // The client has gone, and the answer with it.
  }
}

/**
 * The response, and when its last byte has been sent: connections must live until then. A client that leaves is noticed
 * when there is something to write to it, so an abandoned watch may hold its connection for as long as it may live.
 */
function observeEnd(request: Request, answer: Response): { response: Response; ended: Promise<void> } {
  if (answer.body === null) return { response: answer, ended: Promise.resolve() };
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  const ended = answer.body.pipeTo(writable).catch(() => {});
  const response = new Response(readable, answer);
  if (isWatch(request)) {
    // Compressed on the way, events would wait until enough of them fill a block.
    response.headers.set('content-encoding', 'identity');
    response.headers.append('cache-control', 'no-transform');
  }
  return { response, ended };
}
