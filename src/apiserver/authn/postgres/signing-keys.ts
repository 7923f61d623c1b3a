/** The table `signing_keys`, read through a short cache: keys change by rotation only. */
import type { JWK } from 'jose';
import { LRUCache } from 'lru-cache';
import type { Database } from '../../../db/connection.ts';
import { generateSigningKey, importSigningKey, type SigningKeys } from '../signing-keys.ts';

/** Seals private keys at rest. `context` is bound to the ciphertext, so that a row cannot stand in for another. */
export interface KeyCipher {
  seal(plaintext: string, context: string): Promise<string>;
  open(sealed: string, context: string): Promise<string>;
}

/** A removed key goes on verifying in other processes for at most this long. */
const CACHE_SECONDS = 30;
/** An unknown kid reads the database at most this often a tenant, so that forged tokens cannot flood it. */
const REREAD_SECONDS = 1;
const MAX_TENANTS = 1000;

interface Row {
  kid: string;
  public_jwk: JWK;
  private_jwk: string;
  retired_at: Date | null;
}

interface KeySet {
  readAt: number;
  /** The current key first, then the retired ones, newest first. */
  rows: Row[];
  imported: Map<string, Promise<CryptoKey>>;
}

export interface PostgresSigningKeysOptions {
  /** Absent: private keys are stored as they are. */
  cipher?: KeyCipher;
  /** Milliseconds; default Date.now. */
  now?(): number;
}

export function postgresSigningKeys(db: Database, options: PostgresSigningKeysOptions = {}): SigningKeys {
  const now = options.now ?? Date.now;
  const { cipher } = options;
  const sets = new LRUCache<string, Promise<KeySet>>({ max: MAX_TENANTS });

  /** The tenant's keys, read again when the copy is older than `seconds`. */
  async function keySet(tenant: string, seconds = CACHE_SECONDS): Promise<KeySet> {
    const known = await sets.get(tenant);
    if (known !== undefined && known.readAt > now() - seconds * 1000) return known;
    const reading = readKeys(db, tenant, now());
    sets.set(tenant, reading);
    reading.catch(() => sets.delete(tenant));
    return reading;
  }

  function importOnce(set: KeySet, id: string, load: () => Promise<JWK>): Promise<CryptoKey> {
    let key = set.imported.get(id);
    if (key === undefined) {
      key = load().then(importSigningKey);
      set.imported.set(id, key);
    }
    return key;
  }

  async function addKey(tenant: string, retireOthers: boolean): Promise<string> {
    const pair = await generateSigningKey();
    const text = JSON.stringify(pair.privateKey);
    const stored = cipher === undefined ? text : await cipher.seal(text, contextOf(tenant, pair.kid));
    const kid = await db.transaction('signingKeys.add', async (sql) => {
      // One key at a time a tenant: of two processes that find none, the second takes the first one's.
      await sql`select 1 from tenants where id = ${tenant} for update`;
      const rows = await sql<{ kid: string }[]>`
        select kid from signing_keys where tenant = ${tenant} and retired_at is null`;
      if (rows[0] !== undefined && !retireOthers) return rows[0].kid;
      await sql`update signing_keys set retired_at = now() where tenant = ${tenant} and retired_at is null`;
      await sql`
        insert into signing_keys (tenant, kid, public_jwk, private_jwk)
        values (${tenant}, ${pair.kid}, ${JSON.stringify(pair.publicKey)}::text::jsonb, ${stored})`;
      return pair.kid;
    });
    sets.delete(tenant);
    return kid;
  }

  return {
    async current(tenant) {
      let set = await keySet(tenant);
      if (set.rows[0] === undefined || set.rows[0].retired_at !== null) {
        await addKey(tenant, false);
        set = await keySet(tenant);
      }
      const row = set.rows[0]!;
      const key = await importOnce(set, `private ${row.kid}`, async () => {
        // A key from before encryption was configured is still in the clear.
        const plain = cipher === undefined || row.private_jwk.startsWith('{');
        const text = plain ? row.private_jwk : await cipher.open(row.private_jwk, contextOf(tenant, row.kid));
        return JSON.parse(text) as JWK;
      });
      return { kid: row.kid, key };
    },

    async verifying(tenant, kid) {
      const find = (set: KeySet) => set.rows.find((row) => row.kid === kid);
      let set = await keySet(tenant);
      // Another process may have rotated since.
      if (find(set) === undefined) set = await keySet(tenant, REREAD_SECONDS);
      const row = find(set);
      return row && importOnce(set, `public ${kid}`, async () => row.public_jwk);
    },

    async published(tenant) {
      return (await keySet(tenant)).rows.map((row) => row.public_jwk);
    },

    rotate: (tenant) => addKey(tenant, true),

    async remove(tenant, kid) {
      await db.query(
        'signingKeys.remove',
        (sql) => sql`delete from signing_keys where tenant = ${tenant} and kid = ${kid}`,
      );
      sets.delete(tenant);
    },
  };
}

async function readKeys(db: Database, tenant: string, readAt: number): Promise<KeySet> {
  const rows = await db.query(
    'signingKeys.read',
    (sql) => sql<Row[]>`
      select kid, public_jwk, private_jwk, retired_at from signing_keys
      where tenant = ${tenant} order by retired_at desc nulls first, created_at desc`,
  );
  return { readAt, rows: [...rows], imported: new Map() };
}

function contextOf(tenant: string, kid: string): string {
  return `${tenant}/signing-key/${kid}`;
}
