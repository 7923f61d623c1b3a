/**
 * The API server as the hosts compose it, called in-process over a fresh database: encryption, heartbeats, authentication,
 * RBAC with upstream's default roles and the whole admission chain are what they are in a cluster.
 */
import { MASTERS } from '../../src/apiserver/request/user.ts';
import { createNodeFeed, ensureTenant, withGroupCommit } from '../../src/apiserver/storage/postgres/index.ts';
import { connect, type Database } from '../../src/db/connection.ts';
import { signingKeyCipher } from '../../src/hosts/key-cipher.ts';
import { openStore } from '../../src/hosts/store.ts';
import { type ControlPlane, createControlPlane, type Foundation } from '../../src/hosts/wiring.ts';
import { createToken } from '../../src/tenancy/postgres/tokens.ts';
import { type ApiRequestOptions, CLUSTER, type Reply, TENANT } from './api.ts';
import { freshDatabase } from './postgres.ts';

export const BASE_URL = 'https://kedge.test:6443';
const RBAC = '/apis/rbac.authorization.k8s.io/v1';

/** A role's rules, `namespace` '' for a cluster role. */
export interface Grant {
  namespace: string;
  rules: readonly object[];
}

export interface WiredApi {
  plane: ControlPlane;
  db: Database;
  /** A token of that user; asked twice, the same one. */
  tokenOf(user: string, groups?: readonly string[]): Promise<string>;
  /** As `user`: an admin of every right, or a name with the groups it has in `users`. */
  as(user: string): Requester;
  admin: Requester;
  /** Makes a role of these rules and binds the user to it; it counts at once. */
  grant(user: string, grant: Grant): Promise<void>;
  close(): Promise<void>;
}

export type Requester = (method: string, path: string, options?: Omit<ApiRequestOptions, 'token'>) => Promise<Reply>;

const GROUPS: Readonly<Record<string, readonly string[]>> = { admin: [MASTERS] };

export async function startWiredApi(overrides: Partial<Foundation> = {}): Promise<WiredApi> {
  const database = await freshDatabase();
  const db = connect(database.url, { max: 8 });
  await ensureTenant(db, TENANT);
  const keys = [{ id: 'test', key: new Uint8Array(32) }];
  const encrypted = openStore(db, keys, { gatherGets: true });
  const feed = createNodeFeed(encrypted);
  const store = withGroupCommit(encrypted, { onCommit: (tenant) => feed.committed(tenant) });
  const plane = createControlPlane({
    db,
    store,
    feed,
    clusterSettings: async () => CLUSTER,
    externalUrl: BASE_URL,
    caBundle: '',
    cipher: signingKeyCipher(keys),
    tunnel: undefined,
    watchSeconds: undefined,
    log: { info() {}, warn() {}, error: (fields, message) => console.error(message, fields) },
    ready: async () => [],
    ...overrides,
  });
  await plane.bootstrap(TENANT);

  const tokens = new Map<string, Promise<string>>();
  const tokenOf = (name: string, groups: readonly string[] = groupsOf(name)): Promise<string> => {
    let token = tokens.get(name);
    if (token === undefined) {
      token = createToken(db, { tenant: TENANT, user: { name }, groups, description: 'test' }).then(
        (made) => made.token,
      );
      tokens.set(name, token);
    }
    return token;
  };
  const as =
    (user: string): Requester =>
    async (method, path, { body, headers = {}, signal } = {}) => {
      const text = body === undefined || typeof body === 'string' ? body : JSON.stringify(body);
      const response = await plane.app.request(`${BASE_URL}${path}`, {
        method,
        headers: {
          authorization: `Bearer ${await tokenOf(user)}`,
          ...(text === undefined ? {} : { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(text === undefined ? {} : { body: text }),
        ...(signal === undefined ? {} : { signal }),
      });
      const answer = await response.text();
      const json = response.headers.get('content-type')?.includes('json') === true && answer !== '';
      return {
        status: response.status,
        headers: response.headers,
        text: answer,
        body: json ? parsed(answer) : undefined,
      };
    };
  const admin = as('admin');
  let grants = 0;

  return {
    plane,
    db,
    tokenOf,
    as,
    admin,
    async grant(user, { namespace, rules }) {
      grants += 1;
      const name = `grant-${grants}`;
      const kind = namespace === '' ? 'ClusterRole' : 'Role';
      const roles = namespace === '' ? `${RBAC}/clusterroles` : `${RBAC}/namespaces/${namespace}/roles`;
      const bindings = roles.replace(/roles$/, 'rolebindings');
      for (const [path, body] of [
        [roles, { metadata: { name }, rules }],
        [
          bindings,
          {
            metadata: { name },
            roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind, name },
            subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: user }],
          },
        ],
      ] as const) {
        const { status, text } = await admin('POST', path, { body });
        if (status !== 201) throw new Error(`the test could not grant: ${text}`);
      }
      plane.rbac.invalidate(TENANT);
    },
    async close() {
      feed.close();
      await db.close();
      await database.close();
    },
  };
}

/** Node users are in the group that upstream's role for nodes is bound to. */
function groupsOf(user: string): readonly string[] {
  return GROUPS[user] ?? (user.startsWith('system:node:') ? ['system:nodes'] : []);
}

/** Watches are a JSON value a line. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
