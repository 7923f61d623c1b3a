/** A database made ready: migrated, with the root tenant. Safe with concurrent starters. */

import type { ClusterSettings } from '../../apiserver/registry/contract.ts';
import { ensureTenant } from '../../apiserver/storage/postgres/index.ts';
import type { Database } from '../../db/connection.ts';
import { migrate } from '../../db/migrate.ts';
import { ROOT } from '../../meta/tenant.ts';
import { parseClusterSettings } from '../cluster-settings.ts';
import { readMigrations } from './migrations.ts';

/** `cluster` is used when the tenant is new; an existing one keeps what it was made with. Returns what holds. */
export async function prepareDatabase(db: Database, cluster: Partial<ClusterSettings>): Promise<ClusterSettings> {
  await migrate(db, await readMigrations());
  const { settings } = await ensureTenant(db, ROOT, { ...cluster });
  return parseClusterSettings(settings);
}
