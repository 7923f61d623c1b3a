/** CustomResourceDefinitions as a source of what a tenant serves. */
import { customResourceDefinitions } from '../apis/apiextensions/custom-resource-definition.ts';
import { type CustomResourceDefinition, isEstablished } from '../apis/apiextensions/types.ts';
import { definitionsOf } from '../apis/custom/definitions-of.ts';
import { parseStored, storedResource } from '../apiserver/registry/stored-form.ts';
import type { Store } from '../apiserver/storage/contract.ts';
import type { CustomKindsReader } from '../apiserver/surface/custom.ts';
import type { Database } from '../db/connection.ts';

const RESOURCE = storedResource(customResourceDefinitions);

export function customKindsReader(db: Database, store: Store, background: boolean): CustomKindsReader {
  return {
    background,
    async fingerprint(tenant) {
      // Of a few rows, by the primary key: their number and their versions.
      const [row] = await db.query(
        'customKinds.fingerprint',
        (sql) => sql<{ count: string; sum: string | null }[]>`
        select count(*)::text as count, sum(revision)::text as sum
        from objects where tenant = ${tenant} and resource = ${RESOURCE}`,
      );
      return row === undefined || row.count === '0' ? '' : `${row.count} ${row.sum}`;
    },
    async list(tenant) {
      const { items } = await store.list(tenant, { resource: RESOURCE });
      return items
        .map((item) => parseStored(customResourceDefinitions, item) as unknown as CustomResourceDefinition)
        .filter(isEstablished)
        .map((crd) => ({
          name: crd.metadata.name ?? '',
          text: JSON.stringify([
            crd.metadata.uid,
            crd.metadata.deletionTimestamp !== undefined,
            crd.spec,
            crd.status?.acceptedNames,
          ]),
          definitions: () => definitionsOf(crd),
        }));
    },
  };
}

/** The store, telling of each write of a definition. */
export function tellingOfDefinitions(store: Store, changed: (tenant: string) => void): Store {
  const write: Store['write'] = async (tenant, writes) => {
    try {
      return await store.write(tenant, writes);
    } finally {
      if (writes.some(({ resource }) => resource === RESOURCE)) changed(tenant);
    }
  };
  return Object.create(store, { write: { value: write, enumerable: true } }) as Store;
}
