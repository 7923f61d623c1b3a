/** Requests beyond the limits, through the whole chain. */

import type { ReadableStream } from 'node:stream/web';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createFlow, type Flow } from '../../../src/apiserver/flow/flow.ts';
import { DEFAULT_LIMITS } from '../../../src/apiserver/flow/limits.ts';
import { type Api, startApi, TENANT } from '../../support/api.ts';

const MAPS = '/api/v1/namespaces/default/configmaps';
const level = { seats: 2, tenantSeats: 2, flowSeats: 1, queued: 2, flowQueued: 1, waitMs: 15_000 };
const bodies = { ...DEFAULT_LIMITS.bodies, bytes: 4_000_000, flowBytes: 2_000_000, waitMs: 300 };

let api: Api;
let flow: Flow;
/** What the handlers of writes wait for. */
let gate: Promise<void> = Promise.resolve();
let entered = 0;

beforeAll(async () => {
  flow = createFlow({
    ...DEFAULT_LIMITS,
    levels: { light: level, system: level, lists: level, uploads: level, workload: level },
    bodies,
    deadlineMs: 1_500,
  });
  api = await startApi({
    flow,
    authenticator: {
      // The token is the user's name.
      authenticate: async (token) => ({ tenant: TENANT, user: { name: token, groups: ['system:authenticated'] } }),
    },
    admission: {
      async admit() {
        entered++;
        await gate;
      },
      async validate() {},
    },
  });
  await api.request('POST', '/api/v1/namespaces', { body: { metadata: { name: 'default' } }, token: 'admin' });
});
afterAll(() => api.close());

/** Until what is returned is called, writes go no further than admission. */
function hold(): () => void {
  const { promise, resolve } = Promise.withResolvers<void>();
  gate = promise;
  entered = 0;
  return () => {
    gate = Promise.resolve();
    resolve();
  };
}

const create = (token: string, name: string, signal?: AbortSignal) =>
  api.request('POST', MAPS, { body: { metadata: { name } }, token, ...(signal === undefined ? {} : { signal }) });

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 5));
}

it('S8: answers 429 with Retry-After past a user’s seats and queue, and others go on', async () => {
  const open = hold();
  const first = create('flood', 'a1');
  await until(() => entered === 1);
  const second = create('flood', 'a2');
  const third = await create('flood', 'a3');
  expect(third.status).toBe(429);
  expect(third.headers.get('retry-after')).toBe('1');
  expect(third.body).toMatchObject({
    kind: 'Status',
    reason: 'TooManyRequests',
    message: 'Too many requests, please try again later.',
    details: { retryAfterSeconds: 1 },
    code: 429,
  });
  const other = create('other', 'b1');
  await until(() => entered === 2);
  // Single gets have a lane of their own.
  expect((await api.request('GET', '/api/v1/namespaces/default', { token: 'flood' })).status).toBe(200);
  expect((await api.request('GET', '/healthz', { token: '' })).status).toBe(200);
  open();
  expect((await Promise.all([first, second, other])).map((reply) => reply.status)).toEqual([201, 201, 201]);
});

it('S8: drops what waits when its client leaves', async () => {
  const open = hold();
  const first = create('flood', 'c1');
  await until(() => entered === 1);
  const gone = new AbortController();
  void create('flood', 'c2', gone.signal).catch(() => {});
  await new Promise((resolve) => setTimeout(resolve, 20));
  gone.abort();
  const third = create('flood', 'c3');
  await new Promise((resolve) => setTimeout(resolve, 20));
  open();
  expect((await first).status).toBe(201);
  expect((await third).status).toBe(201);
  expect((await api.request('GET', `${MAPS}/c2`, { token: 'other' })).status).toBe(404);
});

it('answers 504 when a request is not done in time', async () => {
  const open = hold();
  const reply = await create('slow', 'd1');
  open();
  expect(reply.status).toBe(504);
  expect(reply.body).toMatchObject({
    reason: 'Timeout',
    message: 'Timeout: request did not complete within the allotted timeout',
  });
});

it('S8: gives a body that comes slowly no seat', async () => {
  const slow = slowBody();
  const upload = api.app.request(MAPS, {
    method: 'POST',
    headers: { authorization: 'Bearer flood', 'content-type': 'application/json' },
    body: slow.body as unknown as BodyInit,
    duplex: 'half',
  } as RequestInit);
  slow.send('{"metadata":{"name"');
  await new Promise((resolve) => setTimeout(resolve, 20));
  // The user's only seat is free.
  expect((await create('flood', 'e1')).status).toBe(201);
  slow.send(':"e2"}}');
  slow.end();
  expect((await upload).status).toBe(201);
});

it('S8: holds the bytes of a user’s bodies to a limit, and another’s are read', async () => {
  const begin = (token: string) => {
    const slow = slowBody();
    const reply = api.app.request(MAPS, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', 'content-length': '1500000' },
      body: slow.body as unknown as BodyInit,
      duplex: 'half',
    } as RequestInit);
    return { slow, reply };
  };
  const first = begin('flood');
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(flow.bodies.bytes).toBe(1_500_000);
  const second = await begin('flood').reply;
  expect(second.status).toBe(429);
  const other = begin('other');
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(flow.bodies.bytes).toBe(3_000_000);
  for (const { slow, reply } of [first, other]) {
    slow.end();
    expect((await reply).status).toBe(400);
  }
  expect(flow.bodies.bytes).toBe(0);
});

function slowBody() {
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  const writer = writable.getWriter();
  return {
    body: readable as unknown as ReadableStream,
    send: (text: string) => void writer.write(new TextEncoder().encode(text)),
    end: () => void writer.close(),
  };
}

it('S9: gives back the seat of a list whose client pauses', async () => {
  for (let index = 0; index < 120; index++) {
    expect((await create('maker', `paused-${index}`)).status).toBe(201);
  }
  const paused = await api.open('GET', MAPS, { token: 'slow' });
  const reader = paused.body!.getReader();
  await reader.read();
  // One list at a time is this user's share, and the client has not taken the whole of its first.
  await new Promise((resolve) => setTimeout(resolve, 4_500));
  expect((await api.request('GET', MAPS, { token: 'slow' })).status).toBe(200);
  await reader.cancel();
});
