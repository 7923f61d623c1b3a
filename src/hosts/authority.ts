/** The table `authorities`: one CA for all replicas of a database, its key sealed with the keys that encrypt Secrets. */
import { createBodyCipher, DecryptionError } from '../apiserver/storage/encryption.ts';
import type { Database } from '../db/connection.ts';
import type { EncryptionKey } from './config.ts';

/** PEM both. */
export interface KeyPair {
  certificate: string;
  key: string;
}

interface Row {
  certificate: string;
  private_key: string;
}

const NAME = 'api';
const OWNER = { tenant: '', resource: 'authorities', namespace: '', name: NAME, uid: '' };

/**
 * The CA, or what `offer` has where there is none yet: of replicas that start at once, one's is taken by all. Throws an
 * Error that says what to do when this replica has other encryption keys than the one that made it.
 */
export async function ensureAuthority(
  db: Database,
  keys: readonly EncryptionKey[],
  offer: () => Promise<KeyPair>,
): Promise<KeyPair> {
  const cipher = createBodyCipher(keys);
  const row = (await read(db)) ?? (await insert(db, await offer(), (key) => cipher.encrypt(OWNER, key)));
  let key: string;
  try {
    key = await cipher.decrypt(OWNER, row.private_key);
  } catch (error) {
    if (!(error instanceof DecryptionError)) throw error;
    throw new Error(
      'the encryption keys are not those of this database: set KEDGE_ENCRYPTION_KEYS to the keys that its other replicas ' +
        'have (a data folder keeps its own in encryption.key)',
    );
  }
  if (!cipher.isCurrent(row.private_key)) {
    const sealed = await cipher.encrypt(OWNER, key);
    await db.query(
      'authorities.reseal',
      (sql) => sql`update authorities set private_key = ${sealed} where name = ${NAME}`,
    );
  }
  return { certificate: row.certificate, key };
}

async function read(db: Database): Promise<Row | undefined> {
  const [row] = await db.query(
    'authorities.read',
    (sql) => sql<Row[]>`select certificate, private_key from authorities where name = ${NAME}`,
  );
  return row;
}

async function insert(db: Database, pair: KeyPair, seal: (key: string) => Promise<string>): Promise<Row> {
  const sealed = await seal(pair.key);
  await db.query(
    'authorities.add',
    (sql) => sql`
      insert into authorities (name, certificate, private_key) values (${NAME}, ${pair.certificate}, ${sealed})
      on conflict (name) do nothing`,
  );
  return (await read(db))!;
}
