import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { LogRequest } from '../../../src/tunnel/contract.ts';
import { type Api, startApi } from '../../support/api.ts';
import { NO_TUNNEL } from '../../support/no-tunnel.ts';
import { namespace, pod } from './objects.ts';

let api: Api;
const PODS = '/api/v1/namespaces/sub/pods';
const DEPLOYMENTS = '/apis/apps/v1/namespaces/sub/deployments';
const ACCOUNTS = '/api/v1/namespaces/sub/serviceaccounts';
const asked: { node: string; request: LogRequest }[] = [];

beforeAll(async () => {
  api = await startApi({
    tunnel: {
      ...NO_TUNNEL,
      async open(_tenant, node, request) {
        asked.push({ node, request });
        return new Blob(['hello\n']).stream();
      },
    },
    tokens: {
      issue: async (_tenant, account, spec) => ({
        token: `token-of-${account.namespace}-${account.name}-${account.uid}`,
        expirationTimestamp: '2026-01-01T00:00:00Z',
        audiences: spec.audiences ?? ['api'],
        expirationSeconds: spec.expirationSeconds ?? 3600,
      }),
    },
  });
  await api.request('POST', '/api/v1/namespaces', { body: namespace('sub') });
});
afterAll(() => api?.close());

describe('scale', () => {
  test('reads and sets the replicas of a workload', async () => {
    const labels = { app: 'web' };
    const template = { metadata: { labels }, spec: { containers: [{ name: 'c', image: 'i' }] } };
    await api.request('POST', DEPLOYMENTS, {
      body: { metadata: { name: 'd' }, spec: { replicas: 2, selector: { matchLabels: labels }, template } },
    });
    const { body: scale } = await api.request('GET', `${DEPLOYMENTS}/d/scale`);
    expect(scale).toMatchObject({
      kind: 'Scale',
      apiVersion: 'autoscaling/v1',
      metadata: { name: 'd', namespace: 'sub' },
      spec: { replicas: 2 },
      status: { replicas: 0, selector: 'app=web' },
    });
    const put = await api.request('PUT', `${DEPLOYMENTS}/d/scale`, { body: { ...scale, spec: { replicas: 5 } } });
    expect(put.body.spec.replicas).toBe(5);
    const stale = await api.request('PUT', `${DEPLOYMENTS}/d/scale`, { body: { ...scale, spec: { replicas: 6 } } });
    expect(stale.status).toBe(409);
    const patched = await api.request('PATCH', `${DEPLOYMENTS}/d/scale`, {
      body: { spec: { replicas: 1 } },
      headers: { 'content-type': 'application/merge-patch+json' },
    });
    expect(patched.body.spec.replicas).toBe(1);
    const { body } = await api.request('GET', `${DEPLOYMENTS}/d`);
    expect(body.spec.replicas).toBe(1);
    expect(body.metadata.generation).toBe(3);
    expect((await api.request('PUT', `${DEPLOYMENTS}/d/scale`, { body: { spec: { replicas: -1 } } })).status).toBe(422);
  });
});

describe('binding', () => {
  const bind = (name: string, target: string) =>
    api.request('POST', `${PODS}/${name}/binding`, {
      body: { apiVersion: 'v1', kind: 'Binding', metadata: { name }, target: { kind: 'Node', name: target } },
    });

  test('gives a pod its node, once', async () => {
    await api.request('POST', PODS, { body: pod('b') });
    const { status, body } = await bind('b', 'n1');
    expect(status).toBe(201);
    expect(body).toMatchObject({ kind: 'Status', status: 'Success' });
    const bound = await api.request('GET', `${PODS}/b`);
    expect(bound.body.spec.nodeName).toBe('n1');
    expect(bound.body.status.conditions).toContainEqual(
      expect.objectContaining({ type: 'PodScheduled', status: 'True' }),
    );
    const again = await bind('b', 'n2');
    expect(again.status).toBe(409);
    expect(again.body.message).toBe(
      'Operation cannot be fulfilled on pods "b": pod b is already assigned to node "n1"',
    );
  });

  test('bad bindings', async () => {
    await api.request('POST', PODS, { body: pod('bad') });
    expect((await bind('bad', '')).status).toBe(422);
    expect((await bind('none', 'n1')).status).toBe(404);
    expect((await api.request('POST', `${PODS}/bad/binding`, { body: pod('bad') })).status).toBe(400);
    expect((await api.request('GET', `${PODS}/bad/binding`)).status).toBe(405);
  });

  test('one of many concurrent ones wins', async () => {
    await api.request('POST', PODS, { body: pod('race') });
    const answers = await Promise.all(Array.from({ length: 8 }, (_, i) => bind('race', `n${i}`)));
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
    expect(answers.filter(({ status }) => status === 409)).toHaveLength(7);
  });
});

test('eviction deletes with the grace period asked for', async () => {
  const object = pod('evict');
  await api.request('POST', PODS, { body: { ...object, spec: { ...object.spec, nodeName: 'n1' } } });
  const { status, body } = await api.request('POST', `${PODS}/evict/eviction`, {
    body: {
      apiVersion: 'policy/v1',
      kind: 'Eviction',
      metadata: { name: 'evict' },
      deleteOptions: { gracePeriodSeconds: 7 },
    },
  });
  expect(status).toBe(201);
  expect(body.status).toBe('Success');
  expect((await api.request('GET', `${PODS}/evict`)).body.metadata.deletionGracePeriodSeconds).toBe(7);
});

describe('log', () => {
  async function running(name: string, containers: string[], state: object = { running: { startedAt: null } }) {
    const object = pod(name);
    const spec = { nodeName: 'n1', containers: containers.map((each) => ({ name: each, image: 'i' })) };
    const { body } = await api.request('POST', PODS, { body: { ...object, spec } });
    const containerStatuses = containers.map((each) => ({
      name: each,
      state,
      ready: true,
      restartCount: 0,
      image: 'i',
      imageID: 'i',
    }));
    const { status, body: answer } = await api.request('PUT', `${PODS}/${name}/status`, {
      body: { ...body, status: { containerStatuses } },
    });
    expect(status, answer.message).toBe(200);
  }

  test('comes from the node through the tunnel', async () => {
    await running('log', ['main']);
    const { status, text, headers } = await api.request(
      'GET',
      `${PODS}/log/log?follow=true&tailLines=5&limitBytes=100&timestamps=true&sinceSeconds=60`,
    );
    expect(status).toBe(200);
    expect(headers.get('content-type')).toBe('text/plain');
    expect(text).toBe('hello\n');
    expect(asked.pop()).toMatchObject({
      node: 'n1',
      request: {
        kind: 'logs',
        namespace: 'sub',
        pod: 'log',
        container: 'main',
        follow: true,
        previous: false,
        timestamps: true,
        tailLines: 5,
        limitBytes: 100,
        sinceSeconds: 60,
      },
    });
  });

  test('the container must be clear', async () => {
    await running('two', ['a', 'b']);
    const unclear = await api.request('GET', `${PODS}/two/log`);
    expect(unclear.status).toBe(400);
    expect(unclear.body.message).toBe('a container name must be specified for pod two, choose one of: [a b]');
    const wrong = await api.request('GET', `${PODS}/two/log?container=c`);
    expect(wrong.body.message).toBe('container c is not valid for pod two');
    expect((await api.request('GET', `${PODS}/two/log?container=b`)).text).toBe('hello\n');
  });

  test('a container that has not started has none', async () => {
    await running('slow', ['main'], { waiting: { reason: 'ContainerCreating' } });
    const { status, body } = await api.request('GET', `${PODS}/slow/log`);
    expect(status).toBe(400);
    expect(body.message).toBe('container "main" in pod "slow" is waiting to start: ContainerCreating');
    const previous = await api.request('GET', `${PODS}/slow/log?previous=true`);
    expect(previous.body.message).toBe('previous terminated container "main" in pod "slow" not found');
  });

  test('a pod without a node has an empty log; bad options are refused', async () => {
    await api.request('POST', PODS, { body: pod('nowhere') });
    expect(await api.request('GET', `${PODS}/nowhere/log`)).toMatchObject({ status: 200, text: '' });
    expect((await api.request('GET', `${PODS}/nowhere/log?tailLines=-1`)).status).toBe(422);
    expect((await api.request('GET', `${PODS}/nowhere/log?tailLines=x`)).status).toBe(400);
    expect((await api.request('GET', `${PODS}/none/log`)).status).toBe(404);
  });
});

test('tokens are issued to service accounts that exist', async () => {
  const { body: account } = await api.request('POST', ACCOUNTS, { body: { metadata: { name: 'robot' } } });
  const { status, body } = await api.request('POST', `${ACCOUNTS}/robot/token`, {
    body: {
      apiVersion: 'authentication.k8s.io/v1',
      kind: 'TokenRequest',
      spec: { audiences: ['x'], expirationSeconds: 600 },
    },
  });
  expect(status).toBe(201);
  expect(body).toMatchObject({
    kind: 'TokenRequest',
    spec: { audiences: ['x'], expirationSeconds: 600 },
    status: { token: `token-of-sub-robot-${account.metadata.uid}`, expirationTimestamp: '2026-01-01T00:00:00Z' },
  });
  expect((await api.request('POST', `${ACCOUNTS}/nobody/token`, { body: {} })).status).toBe(404);
});

test('services get addresses and node ports of their own, and give them back', async () => {
  const path = '/api/v1/namespaces/sub/services';
  const service = (name: string, spec: object = {}) => ({
    metadata: { name },
    spec: { type: 'NodePort', selector: { app: 'x' }, ports: [{ port: 80 }], ...spec },
  });
  const made = await Promise.all(
    Array.from({ length: 20 }, (_, i) => api.request('POST', path, { body: service(`s${i}`) })),
  );
  expect(made.map(({ status }) => status)).toEqual(Array(20).fill(201));
  expect(new Set(made.map(({ body }) => body.spec.clusterIP)).size).toBe(20);
  expect(new Set(made.map(({ body }) => body.spec.ports[0].nodePort)).size).toBe(20);
  const taken = made[0]?.body.spec.clusterIP;
  const clash = await api.request('POST', path, { body: service('clash', { clusterIP: taken }) });
  expect(clash.status).toBe(422);
  expect(clash.body.message).toContain('provided IP is already allocated');
  await api.request('DELETE', `${path}/s0`);
  expect((await api.request('POST', path, { body: service('clash', { clusterIP: taken }) })).status).toBe(201);
});
