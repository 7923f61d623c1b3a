/** What a database needs before a host without files or a start of its own (Workers) can serve it. */

import type { ClusterSettings } from '../../apiserver/registry/contract.ts';
import { MASTERS } from '../../apiserver/request/user.ts';
import { createPollingFeed } from '../../apiserver/storage/postgres/index.ts';
import { connect } from '../../db/connection.ts';
import { ROOT } from '../../meta/tenant.ts';
import { createToken } from '../../tenancy/postgres/tokens.ts';
import type { EncryptionKey } from '../config.ts';
import { signingKeyCipher } from '../key-cipher.ts';
import { openStore } from '../store.ts';
import { createControlPlane } from '../wiring.ts';
import { prepareDatabase } from './prepare.ts';

export interface InitialiseOptions {
  databaseUrl: string;
  encryptionKeys: readonly EncryptionKey[];
  cluster: Partial<ClusterSettings>;
}

/** Migrates, makes the root tenant with its system objects, and returns a new admin token. May be run again. */
export async function initialise(options: InitialiseOptions): Promise<string> {
  const db = connect(options.databaseUrl);
  try {
    const cluster = await prepareDatabase(db, options.cluster);
    const store = openStore(db, options.encryptionKeys);
    const plane = createControlPlane({
      db,
      store,
      feed: createPollingFeed(store),
      clusterSettings: async () => cluster,
      externalUrl: 'https://localhost',
      caBundle: '',
      cipher: signingKeyCipher(options.encryptionKeys),
      tunnel: undefined,
      watchSeconds: undefined,
      log: { info() {}, warn() {}, error: (fields, message) => console.error(message, fields) },
      ready: async () => [],
    });
    await plane.bootstrap(ROOT);
    const admin = { tenant: ROOT, user: { name: 'admin' }, groups: [MASTERS], description: 'kedge init' };
    return (await createToken(db, admin)).token;
  } finally {
    await db.close();
  }
}
