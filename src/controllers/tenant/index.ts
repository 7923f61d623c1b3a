/**
 * Makes and removes tenants. A tenant is a Namespace of the root tenant with the label kedge.dev/tenant=true; its first
 * token is in that Namespace's Secret, and a condition tells when it can be used.
 */
import { NAMESPACES, type Namespace, SECRETS, type Secret } from '../../client/resources.ts';
import { timestamp } from '../../meta/object.ts';
import { ROOT, TENANT_ADMIN_SECRET, TENANT_FINALIZER, TENANT_LABEL, TENANT_READY } from '../../meta/tenant.ts';
import { type Controller, DONE, type ReconcileContext, type Result } from '../../reconcile/contract.ts';

/** Tenants as the database has them. Every method may be called again. */
export interface TenantDirectory {
  /** Makes the tenant and what every cluster has. */
  ensure(tenant: string): Promise<void>;
  /** A new token of an administrator, in the place of those that this gave before. */
  createAdminToken(tenant: string): Promise<string>;
  /** Removes some of what the tenant has. Seconds after which to go on; undefined when no row is left. */
  remove(tenant: string): Promise<number | undefined>;
}

export function tenantController(directory: TenantDirectory): Controller {
  return {
    name: 'tenant-controller',
    watches: ['namespaces'],
    keys: ({ object, type, name }) =>
      type !== 'DELETED' && object.metadata.labels?.[TENANT_LABEL] === 'true' ? [name] : [],
    async reconcile(context, name) {
      // Elsewhere the label means nothing.
      if (context.tenant !== ROOT) return DONE;
      const namespace = await context.client.find(NAMESPACES, '', name);
      if (namespace === undefined || !namespace.metadata.finalizers?.includes(TENANT_FINALIZER)) return DONE;
      return namespace.metadata.deletionTimestamp === undefined
        ? await make(context, directory, namespace)
        : await remove(context, directory, namespace);
    },
  };
}

async function make(context: ReconcileContext, directory: TenantDirectory, namespace: Namespace): Promise<Result> {
  const { client } = context;
  const { name = '' } = namespace.metadata;
  await directory.ensure(name);
  if ((await client.find(SECRETS, name, TENANT_ADMIN_SECRET)) === undefined) {
    await client.create(SECRETS, adminSecret(name, await directory.createAdminToken(name)));
  }
  const conditions = namespace.status?.conditions ?? [];
  if (!conditions.some(({ type, status }) => type === TENANT_READY && status === 'True')) {
    const ready = {
      type: TENANT_READY,
      status: 'True',
      reason: 'TenantServed',
      message: `The tenant is served below /t/${name}; the Secret ${TENANT_ADMIN_SECRET} holds its administrator's token`,
      lastTransitionTime: timestamp(context.now()),
    };
    await client.patch(NAMESPACES, '', name, 'strategic', { status: { conditions: [ready] } }, 'status');
  }
  return DONE;
}

function adminSecret(namespace: string, token: string): Secret {
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { namespace, name: TENANT_ADMIN_SECRET },
    type: 'kedge.dev/tenant-admin',
    stringData: { token },
  };
}

async function remove(context: ReconcileContext, directory: TenantDirectory, { metadata }: Namespace): Promise<Result> {
  const { name = '', resourceVersion, finalizers = [] } = metadata;
  const seconds = await directory.remove(name);
  if (seconds !== undefined) return { outcome: 'after', seconds };
  const rest = finalizers.filter((finalizer) => finalizer !== TENANT_FINALIZER);
  // Null, as an empty list would stay in the object.
  const patch = { metadata: { resourceVersion, finalizers: rest.length === 0 ? null : rest } };
  await context.client.patch(NAMESPACES, '', name, 'merge', patch);
  return DONE;
}
