import { EventEmitter } from 'node:events';
import type { Socket } from 'node:net';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { paceHandshakes } from '../../../../src/hosts/node/handshakes.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

function socket(remoteAddress: string): Socket {
  const fake = Object.assign(new EventEmitter(), {
    remoteAddress,
    destroyed: false,
    destroy() {
      fake.destroyed = true;
    },
  });
  return fake as unknown as Socket;
}

it('begins a lone connection at once, and those of a crowd one after the other, addresses in turns', async () => {
  const begun: string[] = [];
  const take = paceHandshakes(({ remoteAddress }) => begun.push(remoteAddress!));
  take(socket('a'));
  expect(begun).toEqual(['a']);
  for (const address of ['a', 'a', 'a', 'b']) take(socket(address));
  expect(begun).toEqual(['a']);
  await vi.advanceTimersByTimeAsync(100);
  expect(begun).toEqual(['a', 'a', 'b', 'a', 'a']);
});

it('passes over those that have gone, and survives their errors', async () => {
  const begun: Socket[] = [];
  const take = paceHandshakes((each) => begun.push(each));
  const sockets = ['a', 'a', 'a'].map(socket);
  for (const each of sockets) take(each);
  sockets[1]!.emit('error', new Error('reset'));
  sockets[1]!.destroy();
  await vi.advanceTimersByTimeAsync(100);
  expect(begun).toEqual([sockets[0], sockets[2]]);
});

it('drops the last of the address that has most waiting when there are too many', () => {
  const take = paceHandshakes(() => {});
  const flood = Array.from({ length: 2_100 }, () => socket('flood'));
  for (const each of flood) take(each);
  const other = socket('other');
  take(other);
  expect(other.destroyed).toBe(false);
  expect(flood.filter((each) => each.destroyed)).toHaveLength(2_101 - 1 - 2_048);
});
