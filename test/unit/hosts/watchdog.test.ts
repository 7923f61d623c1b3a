import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, expect, it } from 'vitest';
import { createWatchdog, type Stall, type Watchdog } from '../../../src/hosts/node/watchdog.ts';

const THRESHOLD_MS = 150;

let stalls: Stall[] = [];
let watchdog: Watchdog | undefined;

function start(): Watchdog {
  stalls = [];
  watchdog = createWatchdog({ thresholdMs: THRESHOLD_MS, onStall: (stall) => stalls.push(stall) });
  return watchdog;
}
afterEach(() => watchdog?.stop());

function block(milliseconds: number): void {
  const end = performance.now() + milliseconds;
  while (performance.now() < end);
}

it('names the request whose work it was, among others that are in hand', async () => {
  const dog = start();
  const waiting = dog.run(
    () => 'get /a by ada',
    () => sleep(600),
  );
  await dog.run(
    () => 'create /b by bob',
    async () => {
      await sleep(10);
      block(2 * THRESHOLD_MS);
      dog.checkpoint();
      await sleep(10);
    },
  );
  await waiting;
  expect(stalls.filter(({ request }) => request !== undefined)).toEqual([
    { milliseconds: expect.any(Number), request: 'create /b by bob' },
  ]);
});

it('tells what is in hand when nobody says that it was theirs', async () => {
  const dog = start();
  await dog.run(
    () => 'list /a by ada',
    async () => {
      block(2 * THRESHOLD_MS);
      await sleep(100);
    },
  );
  expect(stalls[0]).toMatchObject({ inHand: ['list /a by ada'] });
  expect(stalls[0]!.milliseconds).toBeGreaterThanOrEqual(THRESHOLD_MS);
});

it('does not blame a request for what was before it', async () => {
  const dog = start();
  block(2 * THRESHOLD_MS);
  await dog.run(
    () => 'get /a by ada',
    async () => {},
  );
  expect(stalls[0]).toMatchObject({ inHand: [] });
  expect(stalls.every(({ request }) => request === undefined)).toBe(true);
});
