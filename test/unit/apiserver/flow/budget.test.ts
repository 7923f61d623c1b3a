import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { type Ask, Budget, type BudgetLimits } from '../../../../src/apiserver/flow/budget.ts';

const never = () => new AbortController().signal;
const LIMITS: BudgetLimits = {
  flowMs: 100,
  fullMs: 600,
  heavyMs: 250,
  uploadBytes: 1_000,
  uploadBurst: 1_000,
  waiting: 1_000,
  flowWaiting: 100,
  waitMs: 15_000,
};
const WRITE: Ask = { ms: 1, uploadBytes: 0, piece: false };

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** So many clients of one flow, each asking again as soon as it is granted; counts what they got. */
function flood(budget: Budget, key: string, clients: number, ask: Ask = WRITE) {
  const got = { begun: 0, refused: 0 };
  let over = false;
  async function client() {
    while (!over) {
      // Something else happens between two requests.
      await new Promise((resolve) => setTimeout(resolve, 1));
      try {
        await budget.take(key, ask, never);
        got.begun++;
      } catch {
        got.refused++;
      }
    }
  }
  for (let index = 0; index < clients; index++) void client();
  return { got, end: () => (over = true) };
}

/** Asks for little, every ten milliseconds. Returns how often it had to wait. */
function presence(budget: Budget) {
  const told = { waited: 0 };
  const timer = setInterval(() => {
    if (budget.isHeavy('light')) told.waited++;
    else budget.seen('light');
    const time = budget.take('light', WRITE, never);
    if (time !== undefined) told.waited++;
  }, 20);
  return { told, end: () => clearInterval(timer) };
}

it('lets a flow take all that there is while nobody else is there', async () => {
  const budget = new Budget(LIMITS);
  const { got, end } = flood(budget, 'a', 4);
  await vi.advanceTimersByTimeAsync(2_000);
  end();
  expect(got.begun).toBeGreaterThan(7_000);
});

it('holds those that ask for much to their part while somebody else is there, who never waits', async () => {
  const budget = new Budget(LIMITS);
  const light = presence(budget);
  const floods = ['a', 'b'].map((key) => flood(budget, key, 16));
  await vi.advanceTimersByTimeAsync(2_000); // Until it has been noticed.
  const before = floods.map(({ got }) => got.begun);
  await vi.advanceTimersByTimeAsync(10_000);
  for (const { end } of floods) end();
  light.end();
  expect(light.told.waited).toBe(0);
  const begun = floods.map(({ got }, index) => got.begun - before[index]!);
  const sum = begun[0]! + begun[1]!;
  expect(sum).toBeGreaterThan(2_200);
  expect(sum).toBeLessThan(2_800);
  // Fairly.
  expect(Math.abs(begun[0]! - begun[1]!)).toBeLessThan(sum * 0.05);
});

it('shares by time: who asks for long things gets fewer of them', async () => {
  const budget = new Budget(LIMITS);
  const light = presence(budget);
  const small = flood(budget, 'small', 16);
  const long = flood(budget, 'long', 16, { ...WRITE, ms: 5 });
  await vi.advanceTimersByTimeAsync(2_000);
  const before = [small.got.begun, long.got.begun];
  await vi.advanceTimersByTimeAsync(10_000);
  small.end();
  long.end();
  light.end();
  const ratio = (small.got.begun - before[0]!) / (long.got.begun - before[1]!);
  expect(ratio).toBeGreaterThan(4);
  expect(ratio).toBeLessThan(6);
});

it('lets long bodies through at a pace of their own, and small requests past them', async () => {
  const budget = new Budget(LIMITS);
  const light = presence(budget);
  const uploads = flood(budget, 'a', 4, { ms: 10, uploadBytes: 500, piece: false });
  const writes = flood(budget, 'a', 4);
  await vi.advanceTimersByTimeAsync(2_000);
  const before = [uploads.got.begun, writes.got.begun];
  await vi.advanceTimersByTimeAsync(10_000);
  uploads.end();
  writes.end();
  light.end();
  expect(uploads.got.begun - before[0]!).toBeGreaterThan(15);
  expect(uploads.got.begun - before[0]!).toBeLessThan(25);
  expect(writes.got.begun - before[1]!).toBeGreaterThan(1_500);
});

it('refuses what a flow asks for past its queue, and after too long a time', async () => {
  const budget = new Budget({ ...LIMITS, flowWaiting: 2, heavyMs: 0 });
  budget.spend('a', 1_000);
  budget.seen('light');
  const present = setInterval(() => budget.seen('light'), 100);
  const waiting = [1, 2, 3].map(() => budget.take('a', WRITE, never));
  const outcomes = Promise.allSettled(waiting);
  await expect(waiting[2]).rejects.toMatchObject({ reason: 'queue-full' });
  expect(budget.waiting).toBe(2);
  await vi.advanceTimersByTimeAsync(15_000);
  clearInterval(present);
  expect((await outcomes).map((each) => (each as PromiseRejectedResult).reason?.reason)).toEqual([
    'time-out',
    'time-out',
    'queue-full',
  ]);
  expect(budget.waiting).toBe(0);
});

it('gives those that wait all they want when nobody else is there any more', async () => {
  const budget = new Budget({ ...LIMITS, heavyMs: 0 });
  budget.spend('a', 1_000);
  budget.seen('light');
  let begun = 0;
  for (let index = 0; index < 100; index++) void budget.take('a', { ...WRITE }, never)?.then(() => begun++);
  await vi.advanceTimersByTimeAsync(900);
  expect(begun).toBe(0);
  await vi.advanceTimersByTimeAsync(300);
  expect(begun).toBe(100);
});

it('forgets who is gone, and rejects a piece that nobody waits for with the reason', async () => {
  const budget = new Budget({ ...LIMITS, heavyMs: 0 });
  budget.spend('a', 1_000);
  budget.seen('light');
  const gone = new AbortController();
  const piece = budget.take('a', { ms: 1, uploadBytes: 0, piece: true }, () => gone.signal);
  gone.abort(new Error('left'));
  await expect(piece).rejects.toThrow('left');
});
