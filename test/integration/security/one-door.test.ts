/**
 * One door: whatever route is registered, its effect comes after authorization and admission. The routes are enumerated
 * from the surface, so that a new kind, verb or subresource is tried the day it is registered.
 */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { builtInKinds } from '../../../src/apis/index.ts';
import type { AdmissionRequest } from '../../../src/apiserver/admission/contract.ts';
import type { Attributes } from '../../../src/apiserver/authz/contract.ts';
import { storedResource } from '../../../src/apiserver/registry/stored-form.ts';
import type { Write } from '../../../src/apiserver/storage/contract.ts';
import { StatusError } from '../../../src/meta/status-error.ts';
import { type Api, startApi, TENANT } from '../../support/api.ts';
import { collectionPath, NAME, NAMESPACE, type Route, routesOf, STREAMS } from './routes.ts';

const ROUTES = routesOf(builtInKinds);
const MUTATING = ROUTES.filter(({ operation }) => operation !== undefined);

let api: Api;
let allow: (attributes: Attributes) => boolean;
/** 'admit' or 'validate': where admission refuses. */
let refusing: string;
const asked: Attributes['request'][] = [];
const admitted: AdmissionRequest[] = [];
/** What was read, written, issued, opened and reviewed, in order. */
const effects: string[] = [];

beforeAll(async () => {
  const admission = (stage: string) => async (request: AdmissionRequest) => {
    if (stage === 'admit') admitted.push(request);
    if (refusing === stage) throw StatusError.forbidden(request.definition, request.name, 'refused by the test');
  };
  api = await startApi({
    authorizer: {
      async authorize(attributes) {
        asked.push(attributes.request);
        return { decision: allow(attributes) ? 'allow' : 'noOpinion', reason: '' };
      },
    },
    admission: { admit: admission('admit'), validate: admission('validate') },
    tokens: {
      async issue() {
        effects.push('issue');
        return { token: 't', expirationTimestamp: '2026-01-01T00:00:00Z', audiences: [], expirationSeconds: 600 };
      },
    },
    tunnel: {
      async open() {
        effects.push('open');
        return new Blob(['log']).stream();
      },
      async connect() {
        effects.push('open');
        throw StatusError.serviceUnavailable('the test has no agent');
      },
      async fetch() {
        effects.push('open');
        return new Response('proxied');
      },
    },
  });
  const { store } = api.deps;
  const seeds = [...new Map(builtInKinds.stored.map((each) => [storedResource(each), each])).values()];
  // Each as a verb finds it: what matters is that it is there.
  const written = await store.write(TENANT, [
    seed('namespaces', '', NAMESPACE),
    ...seeds.map((each) => seed(storedResource(each), each.namespaced ? NAMESPACE : '', NAME)),
  ]);
  expect(written.map(({ result }) => result)).toEqual(written.map(() => 'ok'));
  const spied = <T extends keyof typeof store>(name: T) =>
    ((...args: unknown[]) => {
      effects.push(name);
      return (store[name] as (...args: unknown[]) => unknown)(...args);
    }) as (typeof store)[T];
  api.deps.store = { ...store, get: spied('get'), list: spied('list'), write: spied('write') };
});
afterAll(() => api?.close());

beforeEach(() => {
  asked.length = 0;
  admitted.length = 0;
  effects.length = 0;
  allow = () => true;
  refusing = '';
});

const POD = { containers: [{ name: 'c', image: 'i' }] };
const LABELS = { app: 'x' };
/** Where the last question of admission comes after the validation of the whole object. */
const SPECS: Readonly<Record<string, object>> = {
  pods: POD,
  'deployments.apps': {
    selector: { matchLabels: LABELS },
    template: { metadata: { labels: LABELS }, spec: { ...POD, restartPolicy: 'Always' } },
  },
};

function seed(resource: string, namespace: string, name: string): Write {
  const uid = crypto.randomUUID();
  const metadata = { name, ...(namespace === '' ? {} : { namespace }), uid };
  const body = JSON.stringify({ metadata, ...(Object.hasOwn(SPECS, resource) ? { spec: SPECS[resource] } : {}) });
  return { op: 'create', resource, namespace, name, uid, body, labels: {}, fields: {}, owners: [] };
}

function send({ method, path, headers, body }: Route) {
  return api.request(method, path, {
    ...(headers === undefined ? {} : { headers }),
    ...(body === undefined ? {} : { body }),
  });
}

const title = ({ verb, group, resource, subresource }: Route) =>
  `${verb} ${[group, resource, subresource].filter(Boolean).join('/')}`;

describe('what the authorizer does not allow', () => {
  it.each([...ROUTES, ...STREAMS].map((route) => [title(route), route] as const))('%s', async (_, route) => {
    allow = () => false;
    const { status } = await send(route);
    expect(status).toBe(403);
    const { verb, group, resource, subresource } = route;
    expect(asked).toMatchObject([{ verb, group, resource, subresource, isResourceRequest: true }]);
    expect(admitted).toEqual([]);
    expect(effects).toEqual([]);
  });
});

describe('what admission refuses has no effect', () => {
  it.each(MUTATING.map((route) => [title(route), route] as const))('%s', async (_, route) => {
    refusing = 'admit';
    const { status, body } = await send(route);
    expect([status, body.message]).toEqual([403, expect.stringContaining('refused by the test')]);
    const { operation, group, resource, subresource } = route;
    expect(admitted.length).toBeGreaterThan(0);
    for (const request of admitted) {
      expect(request).toMatchObject({ operation, subresource, definition: { group, resource } });
      expect(request.tenant).toBe(TENANT);
    }
    expect(effects).not.toContain('write');
    expect(effects).not.toContain('issue');
    expect(effects).not.toContain('open');
  });

  /** Valid enough to come to the last question. */
  const LAST: [method: string, path: string, operation: string, body?: object][] = [
    ['POST', `/api/v1/namespaces/${NAMESPACE}/configmaps`, 'CREATE', { metadata: { name: 'y' } }],
    [
      'PUT',
      `/api/v1/namespaces/${NAMESPACE}/configmaps/${NAME}`,
      'UPDATE',
      { metadata: { name: NAME }, data: { a: 'b' } },
    ],
    ['DELETE', `/api/v1/namespaces/${NAMESPACE}/configmaps/${NAME}`, 'DELETE'],
    ['DELETE', `/api/v1/namespaces/${NAMESPACE}/configmaps`, 'DELETE'],
    ['POST', `/api/v1/namespaces/${NAMESPACE}/serviceaccounts/${NAME}/token`, 'CREATE', { spec: {} }],
    ['POST', `/api/v1/namespaces/${NAMESPACE}/pods/${NAME}/binding`, 'CREATE', { target: { name: 'n' } }],
    ['POST', `/api/v1/namespaces/${NAMESPACE}/pods/${NAME}/eviction`, 'CREATE', { metadata: { name: NAME } }],
    ['PUT', `/apis/apps/v1/namespaces/${NAMESPACE}/deployments/${NAME}/scale`, 'UPDATE', { spec: { replicas: 3 } }],
    ['PUT', `/api/v1/namespaces/${NAME}/finalize`, 'UPDATE', { metadata: { name: NAME } }],
    ['POST', '/apis/authentication.k8s.io/v1/selfsubjectreviews', 'CREATE', {}],
  ];
  it.each(LAST)('%s %s, when the object will not change any more', async (method, path, operation, body) => {
    refusing = 'validate';
    const { status, body: answer } = await api.request(method, path, body === undefined ? {} : { body });
    expect([status, answer.message]).toEqual([403, expect.stringContaining('refused by the test')]);
    expect(admitted[0]?.operation).toBe(operation);
    expect(effects).not.toContain('write');
    expect(effects).not.toContain('issue');
    refusing = '';
    effects.length = 0;
    // The twin: with the same body the effect is there as soon as admission has no objection.
    const dry = await api.request(method, `${path}?dryRun=All`, body === undefined ? {} : { body });
    expect(dry.status, dry.text).toBeLessThan(300);
  });
});

describe('S16: an update that creates', () => {
  const CREATING = builtInKinds.stored
    .filter(({ strategy, verbs }) => strategy.allowCreateOnUpdate === true && (verbs?.includes('update') ?? true))
    .map((each) => [each.resource, each] as const);

  it.each(CREATING)('S16: %s: asks whether the caller may create', async (_, definition) => {
    expect(CREATING.length).toBeGreaterThan(5);
    allow = ({ request }) => request.verb !== 'create';
    const { group, resource } = definition;
    const path = `${collectionPath(definition)}/absent`;
    const { status, body } = await api.request('PUT', path, { body: { metadata: { name: 'absent' } } });
    expect(status).toBe(403);
    expect(body.message).toContain('cannot create resource');
    expect(asked).toMatchObject([
      { verb: 'update', group, resource, name: 'absent' },
      { verb: 'create', group, resource, name: 'absent' },
    ]);
    expect(effects).not.toContain('write');
    allow = () => true;
    refusing = 'admit';
    const refused = await api.request('PUT', path, { body: { metadata: { name: 'absent' } } });
    expect(refused.status).toBe(403);
    expect(admitted.map(({ operation }) => operation)).toEqual(['CREATE']);
  });
});

describe('streams to pods', () => {
  it.each(STREAMS.map((route) => [title(route), route] as const))(
    '%s is not served, or admitted as CONNECT before it opens',
    async (_, route) => {
      refusing = 'admit';
      const { status } = await send(route);
      expect([403, 404]).toContain(status);
      if (status === 403) expect(admitted).toMatchObject([{ operation: 'CONNECT', subresource: route.subresource }]);
      expect(effects).not.toContain('open');
    },
  );
});
