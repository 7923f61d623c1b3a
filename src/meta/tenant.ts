/** Names of tenants: whole clusters, each a partition of the database. */

/** The operator's own tenant. Every other is a Namespace of that name in it. */
export const ROOT = 'root';

/** On a Namespace of the root tenant: it stands for a tenant of its name. */
export const TENANT_LABEL = 'kedge.dev/tenant';
/** Holds such a Namespace until its tenant is gone. */
export const TENANT_FINALIZER = 'kedge.dev/tenant';

/** A DNS label, as Namespaces' names are. It is part of tokens, paths and issuers. */
const NAME = /^[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?$/;

export function isTenantName(text: string): boolean {
  return NAME.test(text);
}

/** In the Namespace of a tenant: a Secret with the `token` of its administrator. */
export const TENANT_ADMIN_SECRET = 'kedge-tenant-admin';
/** The condition of such a Namespace that says that its tenant is served. */
export const TENANT_READY = 'TenantReady';
