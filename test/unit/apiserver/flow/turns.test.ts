import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Turns } from '../../../../src/apiserver/flow/turns.ts';

const never = new AbortController().signal;

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

it('lets flows take turns at pages, few at once', async () => {
  const turns = new Turns({ atOnce: 1, patienceMs: 10 });
  const order: string[] = [];
  const ends: (() => void)[] = [];
  for (const flow of ['a', 'a', 'a', 'b']) {
    void turns.take(flow, never).then((end) => {
      order.push(flow);
      ends.push(end);
    });
  }
  for (let i = 0; i < 4; i++) {
    await vi.advanceTimersByTimeAsync(0);
    expect(order).toHaveLength(i + 1);
    ends.shift()?.();
  }
  expect(order).toEqual(['a', 'a', 'b', 'a']);
});

it('keeps pages waiting while small requests are in hand, but not for ever', async () => {
  const turns = new Turns({ atOnce: 2, patienceMs: 10 });
  const answered = turns.small();
  let pages = 0;
  for (let i = 0; i < 2; i++) void turns.take('a', never).then(() => pages++);
  await vi.advanceTimersByTimeAsync(9);
  expect(pages).toBe(0);
  await vi.advanceTimersByTimeAsync(1);
  expect(pages).toBe(1);
  answered();
  await vi.advanceTimersByTimeAsync(0);
  expect(pages).toBe(2);
});

it('drops a page that nobody waits for', async () => {
  const turns = new Turns({ atOnce: 1, patienceMs: 10 });
  await turns.take('a', never);
  const gone = new AbortController();
  const waiting = turns.take('a', gone.signal);
  gone.abort(new Error('left'));
  await expect(waiting).rejects.toThrow('left');
  expect(turns.waiting).toBe(0);
});
