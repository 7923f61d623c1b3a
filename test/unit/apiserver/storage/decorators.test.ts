import { describe, expect, it } from 'vitest';
import type { Store } from '../../../../src/apiserver/storage/contract.ts';
import { withEncryption } from '../../../../src/apiserver/storage/encryption.ts';
import { withGroupCommit } from '../../../../src/apiserver/storage/group-commit.ts';
import { withHeartbeats } from '../../../../src/apiserver/storage/postgres/heartbeats.ts';
import type { Database } from '../../../../src/db/connection.ts';

const METHODS = ['changes', 'compact', 'dependents', 'get', 'inNamespace', 'list', 'revision', 'write'];

/** A store with a method that no decorator knows: it would answer bodies as they are stored. */
const inner = Object.fromEntries([...METHODS, 'newlyAdded'].map((name) => [name, async () => undefined]));
const key = { id: 'k', key: new Uint8Array(32) };

describe.each<[string, (store: Store) => Store]>([
  ['withEncryption', (store) => withEncryption(store, [key], ['secrets'])],
  ['withHeartbeats', (store) => withHeartbeats(store, {} as Database)],
  ['withGroupCommit', (store) => withGroupCommit(store)],
])('%s', (_, decorate) => {
  it('lets no method through that it does not spell', () => {
    expect(Object.keys(decorate(inner as unknown as Store)).sort()).toEqual(METHODS);
  });
});
