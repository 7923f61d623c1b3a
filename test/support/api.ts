/** The API server over a fresh database, called in-process: no HTTP, no authorization, one token. */
import type { Hono } from 'hono';
import { protobufDescriptors } from '../../src/apis/generated/protobuf.js';
import { builtInKinds } from '../../src/apis/index.ts';
import { type AppDeps, createApp } from '../../src/apiserver/app.ts';
import { createLocalClients, type LocalClients } from '../../src/apiserver/loopback/clients.ts';
import type { ClusterSettings } from '../../src/apiserver/registry/contract.ts';
import { MASTERS, type UserInfo } from '../../src/apiserver/request/user.ts';
import {
  createNodeFeed,
  createPostgresStore,
  ensureTenant,
  withGroupCommit,
  withHeartbeats,
} from '../../src/apiserver/storage/postgres/index.ts';
import { createSurfaces } from '../../src/apiserver/surface/surfaces.ts';
import type { Client } from '../../src/client/contract.ts';
import { connect, type Database } from '../../src/db/connection.ts';
import { freshDatabase } from './postgres.ts';

export const TENANT = 'root';
export const TOKEN = 'test-token';
export const ADMIN: UserInfo = { name: 'admin', groups: [MASTERS, 'system:authenticated'] };

export const CLUSTER: ClusterSettings = {
  serviceCIDR: '10.96.0.0/16',
  clusterCIDR: '10.244.0.0/16',
  nodeCIDRMaskSize: 24,
  nodePortRange: [30000, 32767],
  clusterDomain: 'cluster.local',
};

export interface ApiRequestOptions {
  /** Sent as JSON, or as it is when it is text. */
  body?: unknown;
  headers?: Record<string, string>;
  /** '' sends none. */
  token?: string;
  signal?: AbortSignal;
}

// biome-ignore lint/suspicious/noExplicitAny: tests read what they assert
export interface Reply<T = any> {
  status: number;
  headers: Headers;
  text: string;
  /** The parsed body; undefined when it is not JSON. */
  body: T;
}

export interface Api {
  app: Hono;
  deps: AppDeps;
  db: Database;
  clients: LocalClients;
  /** A client in-process, as the admin unless another user is given. */
  client(user?: UserInfo): Client;
  /** `request('POST', '/api/v1/namespaces', {body})`. */
  request(method: string, path: string, options?: ApiRequestOptions): Promise<Reply>;
  /** The response itself, for streams. */
  open(method: string, path: string, options?: ApiRequestOptions): Promise<Response>;
  close(): Promise<void>;
}

/** `overrides` replace what the app is made of: an authorizer, a clock, a tunnel. */
export async function startApi(overrides: Partial<AppDeps> = {}): Promise<Api> {
  const database = await freshDatabase();
  const db = connect(database.url, { max: 8 });
  await ensureTenant(db, TENANT);
  const bare = withHeartbeats(createPostgresStore(db), db);
  const feed = createNodeFeed(bare);
  const store = withGroupCommit(bare, { onCommit: (tenant) => feed.committed(tenant) });
  const deps: AppDeps = {
    store,
    feed,
    surfaces: createSurfaces({ builtIn: builtInKinds, gitVersion: 'v1.35.0+kedge' }),
    admission: { admit: async () => {}, validate: async () => {} },
    clusterSettings: async () => CLUSTER,
    now: () => new Date(),
    authenticator: {
      authenticate: async (token) => (token === TOKEN ? { tenant: TENANT, user: ADMIN } : undefined),
    },
    authorizer: { authorize: async () => ({ decision: 'allow', reason: '' }) },
    protobuf: protobufDescriptors,
    version: {
      major: '1',
      minor: '35',
      gitVersion: 'v1.35.0+kedge',
      gitCommit: '',
      gitTreeState: 'clean',
      buildDate: '1970-01-01T00:00:00Z',
      goVersion: '',
      compiler: '',
      platform: 'linux/amd64',
    },
    ready: async () => [{ name: 'database', ok: true }],
    log: { info() {}, warn() {}, error: (fields, message) => console.error(message, fields) },
    ...overrides,
  };
  const app = createApp(deps);
  const clients = createLocalClients(deps);

  const open: Api['open'] = async (method, path, { body, headers = {}, token = TOKEN, signal } = {}) => {
    const text = body === undefined || typeof body === 'string' ? body : JSON.stringify(body);
    return app.request(path, {
      method,
      headers: {
        ...(token === '' ? {} : { authorization: `Bearer ${token}` }),
        ...(text === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(text === undefined ? {} : { body: text }),
      ...(signal === undefined ? {} : { signal }),
    });
  };
  return {
    app,
    deps,
    db,
    clients,
    client: (user = ADMIN) => clients.as(TENANT, user),
    open,
    async request(method, path, options) {
      const response = await open(method, path, options);
      const text = await response.text();
      const json = response.headers.get('content-type')?.includes('json') === true && text !== '';
      return { status: response.status, headers: response.headers, text, body: json ? JSON.parse(text) : undefined };
    },
    async close() {
      feed.close();
      await db.close();
      await database.close();
    },
  };
}
