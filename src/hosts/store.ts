/** The store as every host has it: what is kept in PostgreSQL, and encrypted as the kinds' definitions ask. */
import { builtInResources } from '../apis/index.ts';
import type { ResourceDefinition } from '../apiserver/registry/contract.ts';
import { encryptedResources } from '../apiserver/registry/encrypted.ts';
import type { Store } from '../apiserver/storage/contract.ts';
import {
  createPostgresStore,
  type EncryptionKey,
  type PostgresStoreOptions,
  withEncryption,
  withHeartbeats,
} from '../apiserver/storage/postgres/index.ts';
import type { Database } from '../db/connection.ts';

/** Which kinds there are is told once: none is served by one list and stored in the clear by another. */
export function openStore(
  db: Database,
  keys: readonly EncryptionKey[],
  options: PostgresStoreOptions & { definitions?: readonly ResourceDefinition[] } = {},
): Store {
  const { definitions = builtInResources, ...rest } = options;
  const stored = withHeartbeats(createPostgresStore(db, rest), rest.lanes?.light ?? db);
  return withEncryption(stored, keys, encryptedResources(definitions));
}
