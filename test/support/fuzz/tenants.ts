/** The two tenants under test: what each may use, and what none may see of the other. */
import { createTransport } from '../../../agent/host/transport.ts';
import { createSession, type Session } from '../../contract/api-session.ts';
import { eventually } from '../eventually.ts';
import type { Answer, Sent } from './client.ts';
import type { FuzzedHost } from './host.ts';
import type { FuzzRequest } from './requests.ts';

const MOST_REPLICAS = 20;

export interface FuzzedTenant {
  name: string;
  token: string;
  /** A value that is sent to this tenant alone. */
  canary: string;
  session: Session;
  /** Scales down what asks for more pods than the checks can read, which a broken body may still do. */
  calm(): Promise<void>;
  /** Keeps of an answer what later requests may name. */
  learn(answer: Answer): void;
  /** With credentials, and placeholders filled in. */
  address(request: FuzzRequest): Sent;
}

export async function makeTenants(host: FuzzedHost, seed: number): Promise<[FuzzedTenant, FuzzedTenant]> {
  const send = createTransport({ ca: host.ca });
  const root = createSession(send, host.url, host.token);
  const make = async (name: string): Promise<FuzzedTenant> => {
    await root.expectOk('POST', '/api/v1/namespaces', { metadata: { name, labels: { 'kedge.dev/tenant': 'true' } } });
    const path = `/api/v1/namespaces/${name}/secrets/kedge-tenant-admin`;
    const token = atob((await eventually(() => root.expectOk('GET', path), 30)).data.token);
    const session = createSession(send, host.url, token);
    for (const inner of ['f1', 'f2'])
      await session.expectOk('POST', '/api/v1/namespaces', { metadata: { name: inner } });
    const canary = `canary-${name}-${seed.toString(36)}`;
    await session.expectOk('POST', '/api/v1/namespaces/default/secrets', {
      metadata: { name: 'f1' },
      stringData: { canary },
    });
    await session.expectOk('POST', '/api/v1/namespaces/default/configmaps', {
      metadata: { name: 'f1' },
      data: { canary },
    });
    return { name, token, canary, session, calm: () => calm(session), ...filler(name, token, canary) };
  };
  return [await make('fuzz-one'), await make('fuzz-two')];
}

async function calm(session: Session): Promise<void> {
  for (const resource of ['deployments', 'replicasets']) {
    const { items } = await session.expectOk('GET', `/apis/apps/v1/${resource}`);
    for (const { metadata, spec } of items) {
      if (spec.replicas <= MOST_REPLICAS) continue;
      await session.request('PATCH', `/apis/apps/v1/namespaces/${metadata.namespace}/${resource}/${metadata.name}`, {
        body: { spec: { replicas: 0 } },
        headers: { 'content-type': 'application/merge-patch+json' },
      });
    }
  }
}

function filler(name: string, token: string, canary: string): Pick<FuzzedTenant, 'learn' | 'address'> {
  const known = { canary, rv: '1', uid: 'u-1', continue: '' };
  const fill = (text: string) =>
    text.replaceAll(/\{\{(canary|rv|uid|continue)\}\}/g, (_, key: keyof typeof known) => known[key]);
  return {
    learn({ status, text }) {
      if (status >= 300) return;
      known.rv = /"resourceVersion":"(\d+)"/.exec(text)?.[1] ?? known.rv;
      known.uid = /"uid":"([0-9a-f-]{36})"/.exec(text)?.[1] ?? known.uid;
      known.continue = encodeURIComponent(/"continue":"([^"]+)"/.exec(text)?.[1] ?? decodeURIComponent(known.continue));
    },
    address({ index, method, path, headers, body }) {
      const filled: Record<string, string> = { authorization: `Bearer ${token}` };
      for (const [header, value] of Object.entries(headers)) filled[header] = fill(value);
      // One in four names its tenant in the path.
      const prefix = index % 4 === 0 && !path.startsWith('/t/') ? `/t/${name}` : '';
      return {
        method,
        path: prefix + fill(path),
        headers: filled,
        ...(body === undefined ? {} : { body: typeof body === 'string' ? fill(body) : body }),
      };
    },
  };
}
