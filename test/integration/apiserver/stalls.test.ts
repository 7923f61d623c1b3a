/** Whose request kept the event loop, as the Node host is told. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { attended } from '../../../src/apiserver/admission/attended.ts';
import { createWatchdog, type Stall } from '../../../src/hosts/node/watchdog.ts';
import { type Api, startApi } from '../../support/api.ts';
import { configMap, namespace } from './objects.ts';

const stalls: Stall[] = [];
// So little that a large body takes longer.
const watchdog = createWatchdog({ thresholdMs: 60, onStall: (stall) => stalls.push(stall) });
let api: Api;

beforeAll(async () => {
  const admission = attended({ admit: async () => {}, validate: async () => {} }, watchdog);
  api = await startApi({ attention: watchdog, admission });
  await api.request('POST', '/api/v1/namespaces', { body: namespace('work') });
});
afterAll(async () => {
  watchdog.stop();
  await api?.close();
});

it('S4: a request whose body takes long is named with its user', async () => {
  const data = Object.fromEntries(Array.from({ length: 90_000 }, (_, index) => [`k${index}`, '']));
  stalls.length = 0;
  await api.request('POST', '/api/v1/namespaces/work/configmaps', { body: configMap('large', data) });
  const named = stalls.filter(({ request }) => request !== undefined);
  expect(named.length).toBeGreaterThan(0);
  for (const { request } of named) expect(request).toBe('create /api/v1/namespaces/work/configmaps by admin');
});
