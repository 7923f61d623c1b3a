import type { UnknownObject } from '../../meta/object.ts';
import { ROOT, TENANT_FINALIZER, TENANT_LABEL } from '../../meta/tenant.ts';
import type { AdmissionPlugin } from './contract.ts';
import { forbid, isAbout } from './forbid.ts';

/** They are the root cluster's own. */
const RESERVED = new Set([ROOT, 'default']);
const RESERVED_PREFIX = 'kube-';

/**
 * In the root tenant, a Namespace labelled kedge.dev/tenant=true stands for a tenant: it has a finalizer from its first
 * moment, so that it cannot go before what it stands for, and keeps its label. In other tenants the label means nothing.
 */
export function tenantNamespace(): AdmissionPlugin {
  return {
    name: 'TenantNamespace',
    handles: (request) =>
      request.tenant === ROOT && request.operation !== 'DELETE' && isAbout(request, '', 'namespaces'),
    async admit(request) {
      const { object, old } = request;
      if (object === undefined) return;
      if (!isTenant(object)) {
        if (old !== undefined && isTenant(old)) {
          throw forbid(request, `the label ${TENANT_LABEL} stays: delete the namespace to delete the tenant`);
        }
        return;
      }
      const { name = '', finalizers = [], deletionTimestamp } = object.metadata;
      if (RESERVED.has(name) || name.startsWith(RESERVED_PREFIX)) {
        throw forbid(request, `the name ${JSON.stringify(name)} is reserved and cannot be a tenant's`);
      }
      // Once it is being deleted only the tenant's controller takes it away.
      if (deletionTimestamp !== undefined || finalizers.includes(TENANT_FINALIZER)) return;
      object.metadata.finalizers = [...finalizers, TENANT_FINALIZER];
    },
  };
}

function isTenant({ metadata }: UnknownObject): boolean {
  return metadata.labels?.[TENANT_LABEL] === 'true';
}
