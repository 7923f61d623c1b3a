/** What the tenants' controller asks for, put together from the store, the tokens and the control plane's bootstrap. */
import { MASTERS } from '../apiserver/request/user.ts';
import { ensureTenant } from '../apiserver/storage/postgres/index.ts';
import type { TenantDirectory } from '../controllers/tenant/index.ts';
import type { Database } from '../db/connection.ts';
import { removeTenant } from '../tenancy/postgres/remove-tenant.ts';
import { createToken, revokeTokensDescribed } from '../tenancy/postgres/tokens.ts';

const DESCRIPTION = "the tenant's first administrator";

export function createTenantDirectory(db: Database, bootstrap: (tenant: string) => Promise<void>): TenantDirectory {
  return {
    async ensure(tenant) {
      await ensureTenant(db, tenant);
      await bootstrap(tenant);
    },
    async createAdminToken(tenant) {
      await revokeTokensDescribed(db, tenant, DESCRIPTION);
      const admin = { tenant, user: { name: 'admin' }, groups: [MASTERS], description: DESCRIPTION };
      return (await createToken(db, admin)).token;
    },
    remove: (tenant) => removeTenant(db, tenant),
  };
}
