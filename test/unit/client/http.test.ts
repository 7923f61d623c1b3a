import { describe, expect, it } from 'vitest';
import { Backoff, createHttpClient } from '../../../src/client/http.ts';
import { LEASES, NODES, PODS } from '../../../src/client/resources.ts';
import type { TransportRequest } from '../../../src/client/transport.ts';
import { StatusError } from '../../../src/meta/status-error.ts';

interface Seen extends TransportRequest {
  url: string;
}

/** A client whose server gives these answers in order. */
function clientOf(...answers: (Response | Error)[]) {
  const seen: Seen[] = [];
  const client = createHttpClient({
    server: 'https://api.test/t/acme/',
    token: () => 'secret',
    fetch: async (url, request) => {
      seen.push({ url, ...request });
      const answer = answers.shift();
      if (answer === undefined) throw new Error('unexpected request');
      if (answer instanceof Error) throw answer;
      return answer;
    },
  });
  return { client, seen };
}

const json = (body: unknown, status = 200) => new Response(JSON.stringify(body), { status });

describe('requests', () => {
  it('go to the resource’s path below the server’s prefix, with the token', async () => {
    const { client, seen } = clientOf(
      json({ metadata: { name: 'n' } }),
      json({ metadata: {} }),
      json({ metadata: {} }),
    );
    await client.get(NODES, '', 'n 1');
    await client.patch(PODS, 'default', 'p', 'merge', { status: {} }, 'status');
    await client.create(LEASES, {
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: { name: 'l', namespace: 'kube-node-lease' },
    });
    expect(seen.map(({ method, url }) => `${method} ${url}`)).toEqual([
      'GET https://api.test/t/acme/api/v1/nodes/n%201',
      'PATCH https://api.test/t/acme/api/v1/namespaces/default/pods/p/status',
      'POST https://api.test/t/acme/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases',
    ]);
    expect(seen[0]?.headers.authorization).toBe('Bearer secret');
    expect(seen[1]?.headers['content-type']).toBe('application/merge-patch+json');
    expect(JSON.parse(seen[2]?.body ?? '')).toMatchObject({ apiVersion: 'coordination.k8s.io/v1', kind: 'Lease' });
  });

  it('lists page by page, and gives items their kind', async () => {
    const { client, seen } = clientOf(
      json({ metadata: { resourceVersion: '5', continue: 'next' }, items: [{ metadata: { name: 'a' } }] }),
      json({ metadata: { resourceVersion: '5' }, items: [{ metadata: { name: 'b' } }] }),
    );
    const list = await client.list(PODS, { fieldSelector: 'spec.nodeName=n' });
    expect(list).toEqual({
      resourceVersion: '5',
      items: ['a', 'b'].map((name) => ({ apiVersion: 'v1', kind: 'Pod', metadata: { name } })),
    });
    expect(new URL(seen[1]!.url).searchParams.get('continue')).toBe('next');
    expect(new URL(seen[1]!.url).searchParams.get('fieldSelector')).toBe('spec.nodeName=n');
  });
});

describe('errors', () => {
  it('are the server’s Status', async () => {
    const { client } = clientOf(json(StatusError.modified({ group: '', resource: 'pods' }, 'p').status, 409));
    await expect(client.get(PODS, 'default', 'p')).rejects.toMatchObject({ code: 409, reason: 'Conflict' });
  });

  it('of something in between become a Status of that code', async () => {
    const { client } = clientOf(new Response('<html>', { status: 502 }));
    await expect(client.get(PODS, 'default', 'p')).rejects.toMatchObject({ code: 502 });
  });

  it('of the connection are 503 and say why', async () => {
    const { client } = clientOf(new TypeError('fetch failed', { cause: new Error('connect ECONNREFUSED') }));
    await expect(client.get(PODS, 'default', 'p')).rejects.toMatchObject({
      code: 503,
      message: 'cannot reach the server: connect ECONNREFUSED',
    });
  });

  it('find answers undefined only for 404', async () => {
    const { client } = clientOf(
      json(StatusError.notFound({ group: '', resource: 'pods' }, 'p').status, 404),
      json(StatusError.unauthorized().status, 401),
    );
    expect(await client.find(PODS, 'default', 'p')).toBeUndefined();
    await expect(client.find(PODS, 'default', 'p')).rejects.toMatchObject({ code: 401 });
  });
});

describe('a watch', () => {
  const signal = new AbortController().signal;
  const streamed = (...parts: string[]) =>
    new Response(
      new ReadableStream({
        start(controller) {
          for (const part of parts) controller.enqueue(new TextEncoder().encode(part));
          controller.close();
        },
      }),
    );

  it('yields whole events however they are cut, and drops one that is cut off', async () => {
    const { client, seen } = clientOf(
      streamed(
        '{"type":"ADDED","object":{"metadata":{"na',
        'me":"ä"}}}\n{"type":"BOOKMARK",',
        '"object":{"metadata":{}}}\n{"type',
      ),
    );
    const types: string[] = [];
    for await (const event of client.watch(PODS, { resourceVersion: '5' }, signal)) types.push(event.type);
    expect(types).toEqual(['ADDED', 'BOOKMARK']);
    expect(new URL(seen[0]!.url).searchParams.get('allowWatchBookmarks')).toBe('true');
  });

  it('throws the Status of an ERROR event', async () => {
    const { client } = clientOf(
      streamed(`${JSON.stringify({ type: 'ERROR', object: StatusError.expired('too old').status })}\n`),
    );
    const read = async () => {
      for await (const _ of client.watch(PODS, { resourceVersion: '5' }, signal)) throw new Error('no event expected');
    };
    await expect(read()).rejects.toMatchObject({ code: 410 });
  });
});

it('backs off exponentially within its jitter, up to its longest delay', () => {
  const backoff = new Backoff({ initial: 100, max: 1000, jitter: 0.5, random: () => 1 });
  expect([1, 2, 3, 4, 5, 6].map(() => backoff.next())).toEqual([50, 100, 200, 400, 500, 500]);
  backoff.reset();
  expect(backoff.next()).toBe(50);
});
