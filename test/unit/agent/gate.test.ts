import { expect, it } from 'vitest';
import { SLOWEST_MS, withGate } from '../../../agent/host/gate.ts';
import { createLog } from '../../../agent/log.ts';
import type { TransportResponse } from '../../../src/client/transport.ts';

function answer(status: number): TransportResponse {
  return { status, headers: { get: () => null }, body: null, text: async () => '' };
}

function setUp() {
  const state = { time: 0, sent: 0, told: [] as string[], answer: (): TransportResponse => answer(200) };
  const send = withGate(
    async () => {
      state.sent++;
      return state.answer();
    },
    {
      now: () => state.time,
      log: { info: (_, message) => state.told.push(message), error: (_, message) => state.told.push(message) },
    },
  );
  return { state, ask: () => send('https://api.test/', { method: 'GET', headers: {} }) };
}

it.each([
  ['a credential that is refused', () => answer(401)],
  [
    'a certificate of another CA',
    (): TransportResponse => {
      throw Object.assign(new Error('unable to verify'), { code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' });
    },
  ],
])('%s is told once, and tried ever more slowly until it is taken', async (_what, refuse) => {
  const { state, ask } = setUp();
  await ask();
  state.answer = refuse;
  // An hour of callers that all try again each second.
  for (; state.time < 3_600_000; state.time += 1_000) {
    const outcome = await ask().then(
      ({ status }) => status,
      (error) => error.code,
    );
    expect([401, 503, 'UNABLE_TO_VERIFY_LEAF_SIGNATURE']).toContain(outcome);
  }
  expect(state.told).toHaveLength(1);
  expect(state.sent).toBeGreaterThan(3_600_000 / SLOWEST_MS / 2);
  expect(state.sent).toBeLessThan(60);

  state.answer = () => answer(200);
  state.time += SLOWEST_MS;
  expect((await ask()).status).toBe(200);
  expect((await ask()).status).toBe(200);
  expect(state.told).toHaveLength(2);
});

it('what may pass by itself is tried as often as callers like', async () => {
  const { state, ask } = setUp();
  for (const error of [
    Object.assign(new Error('refused'), { code: 'ECONNREFUSED' }),
    Object.assign(new Error('reset'), { code: 'ECONNRESET' }),
  ]) {
    state.answer = () => {
      throw error;
    };
    for (let i = 0; i < 10; i++) await expect(ask()).rejects.toBe(error);
  }
  state.answer = () => answer(403);
  for (let i = 0; i < 10; i++) expect((await ask()).status).toBe(403);
  expect(state.sent).toBe(30);
  expect(state.told).toEqual([]);
});

it('the log tells the same fault once in five minutes, with how often it was met', () => {
  const lines: string[] = [];
  let time = 0;
  const log = createLog(
    'info',
    (line) => lines.push(line),
    () => time,
  );
  for (; time < 301_000; time += 1_000) log.warn({ err: 'refused' }, 'a watch was interrupted');
  log.warn({ err: 'another' }, 'a watch was interrupted');
  log.info({}, 'the tunnel is open');
  log.info({}, 'the tunnel is open');
  expect(lines.map((line) => JSON.parse(line)).map(({ err, repeated, msg }) => [err, repeated, msg])).toEqual([
    ['refused', undefined, 'a watch was interrupted'],
    ['refused', 299, 'a watch was interrupted'],
    ['another', undefined, 'a watch was interrupted'],
    [undefined, undefined, 'the tunnel is open'],
    [undefined, undefined, 'the tunnel is open'],
  ]);
});
