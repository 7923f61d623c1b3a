/**
 * Gathers concurrent reads of single objects into one statement, while earlier ones are under way: a statement's way to
 * the database and back takes both sides more CPU than the lookup. A read never joins a statement that was sent before
 * it was asked for, so each sees every write that was acknowledged before. A lone read waits for nothing.
 */
import type { Database } from '../../../db/connection.ts';
import type { ObjectKey, StoredObject } from '../contract.ts';
import { get } from './get.ts';
import { isStorable, storable } from './storable.ts';

/** Two, so that reading one answer and looking up the next overlap. */
const MAX_STATEMENTS = 2;
/** Bounds what one answer holds: bodies have up to 1.5 MB. */
const MAX_KEYS = 64;

type Get = (tenant: string, key: ObjectKey) => Promise<StoredObject | undefined>;

interface Waiting {
  tenant: string;
  key: ObjectKey;
  resolve(found: StoredObject | undefined): void;
  reject(error: unknown): void;
}

export function gatherGets(db: Database): Get {
  const queue: Waiting[] = [];
  let statements = 0;

  async function drain(): Promise<void> {
    statements++;
    while (queue.length > 0) await answer(db, queue.splice(0, MAX_KEYS));
    statements--;
  }

  return (tenant, key) =>
    new Promise((resolve, reject) => {
      if (!isStorable(key)) return resolve(undefined);
      queue.push({ tenant, key, resolve, reject });
      if (statements < MAX_STATEMENTS) void drain();
    });
}

/** Never throws: all are answered. */
async function answer(db: Database, batch: readonly Waiting[]): Promise<void> {
  try {
    const [first] = batch;
    if (batch.length === 1) return first!.resolve(await get(db, first!.tenant, first!.key));
    const found = await getMany(db, batch);
    batch.forEach(({ key, resolve }, index) => {
      const row = found.get(index);
      resolve(row && { resource: key.resource, namespace: key.namespace, name: key.name, ...row });
    });
  } catch (error) {
    for (const { reject } of batch) reject(error);
  }
}

/** By position in the batch; what is not there is absent. */
async function getMany(db: Database, batch: readonly Waiting[]) {
  const keys = batch.map(({ tenant, key: { resource, namespace, name } }) => [tenant, resource, namespace, name]);
  const columns = [0, 1, 2, 3].map((column) => keys.map((key) => storable(key[column]!)));
  // A lateral with a limit is looked up key by key: joined freely, a small table would be scanned, by a plan that stays.
  const rows = await db.query('objects.getMany', (sql) => {
    const [tenants, resources, namespaces, names] = columns.map((column) => sql.typed.textArray(column));
    return sql<[position: number, uid: string, revision: number, body: string][]>`
      select k.position::int4, o.uid, o.revision, o.body
      from unnest(${tenants!}, ${resources!}, ${namespaces!}, ${names!})
        with ordinality as k (tenant, resource, namespace, name, position),
      lateral (
        select uid, revision, body from objects
        where tenant = k.tenant and resource = k.resource and namespace = k.namespace and name = k.name limit 1
      ) o`.values() as unknown as Promise<[number, string, number, string][]>;
  });
  return new Map(rows.map(([position, uid, revision, body]) => [position - 1, { uid, revision, body }]));
}
