import { expect, test } from 'vitest';
import type { ObjectMeta } from '../../../src/meta/object.ts';
import { backoffSeconds } from '../../../src/reconcile/backoff.ts';
import type { ObservedChange } from '../../../src/reconcile/contract.ts';
import {
  controllerKeys,
  parseSelectionKey,
  selectionKey,
  selectionKeys,
  splitKey,
} from '../../../src/reconcile/keys.ts';
import { createPace } from '../../../src/reconcile/pace.ts';
import { createWaker } from '../../../src/reconcile/wait.ts';

test.each([
  [1, 0.005],
  [2, 0.01],
  [10, 2.56],
  [18, 655.36],
  [19, 1000],
  [1000, 1000],
])('after %i failures a key waits %d seconds, less at most a quarter', (attempts, seconds) => {
  expect(backoffSeconds(attempts, 0)).toBeCloseTo(seconds, 6);
  expect(backoffSeconds(attempts, 0.999999)).toBeGreaterThanOrEqual(seconds * 0.75);
});

function change(object: ObjectMeta, previous?: ObjectMeta): ObservedChange {
  const base = {
    resource: 'pods',
    namespace: 'shop',
    name: 'a',
    type: 'MODIFIED' as const,
    object: { metadata: object },
  };
  return previous === undefined ? base : { ...base, previous: { metadata: previous } };
}

test('a selection key depends on the labels, not on their order, and gives them back', () => {
  const key = selectionKey('shop', { b: '2', a: '1/x' });
  expect(selectionKey('shop', { a: '1/x', b: '2' })).toBe(key);
  expect(parseSelectionKey(key)).toEqual({ namespace: 'shop', labels: { a: '1/x', b: '2' } });
  expect(parseSelectionKey('shop/web')).toBeUndefined();
});

test('labels too long for a key stand for any labels', () => {
  const labels = Object.fromEntries(Array.from({ length: 100 }, (_, index) => [`label-${index}`, 'x'.repeat(60)]));
  expect(parseSelectionKey(selectionKey('shop', labels))).toEqual({ namespace: 'shop' });
});

test('changed labels concern what selected the old ones and what selects the new', () => {
  expect(selectionKeys(change({ labels: { app: 'b' } }, { labels: { app: 'a' } }))).toHaveLength(2);
  expect(selectionKeys(change({ labels: { app: 'a' } }, { labels: { app: 'a' } }))).toHaveLength(1);
});

test('a change concerns the controllers before and after it, of the kind asked for', () => {
  const owned = (name: string, kind = 'ReplicaSet') => ({
    ownerReferences: [{ apiVersion: 'apps/v1', kind, name, uid: name, controller: true }],
  });
  expect(controllerKeys(change(owned('a'), owned('b')), 'ReplicaSet')).toEqual(['shop/a', 'shop/b']);
  expect(controllerKeys(change(owned('a'), owned('a')), 'ReplicaSet')).toEqual(['shop/a']);
  expect(controllerKeys(change(owned('a', 'Job')), 'ReplicaSet')).toEqual([]);
});

test("an object's key splits into its namespace and name, cluster-scoped ones too", () => {
  expect(splitKey('shop/web')).toEqual({ namespace: 'shop', name: 'web' });
  expect(splitKey('/node-a')).toEqual({ namespace: '', name: 'node-a' });
});

test('a wake-up before the wait is not lost, and one before clear is', async () => {
  const never = new AbortController().signal;
  const waker = createWaker();
  waker.wake();
  await waker.wait(60_000, never);
  waker.wake();
  waker.clear();
  const order: string[] = [];
  const waiting = waker.wait(60_000, never).then(() => order.push('woken'));
  order.push('waiting');
  waker.wake();
  await waiting;
  expect(order).toEqual(['waiting', 'woken']);
});

test('waiting ends when the signal aborts', async () => {
  const abort = new AbortController();
  const waiting = createWaker().wait(60_000, abort.signal);
  abort.abort();
  await waiting;
});

test('a burst of steps passes at once, later ones at the given pace', () => {
  const pace = createPace(20, 3);
  expect([0, 0, 0, 0, 0].map((now) => pace.take(now))).toEqual([0, 0, 0, 20, 40]);
});

test('an idle time gives the burst back, and no more than it', () => {
  const pace = createPace(20, 2);
  expect([0, 0, 0].map((now) => pace.take(now))).toEqual([0, 0, 20]);
  expect([1000, 1000, 1000].map((now) => pace.take(now))).toEqual([0, 0, 20]);
});
