/** Issuer URLs: `https://host` for the root tenant, `https://host/t/<tenant>` for the others. */
import { isTenantName, ROOT } from '../../meta/tenant.ts';

export interface Issuers {
  /** The issuer that signs for a tenant. */
  of(tenant: string): string;
  /** The tenant an issuer signs for; undefined when the issuer is not one of ours. */
  tenant(issuer: string): string | undefined;
}

/**
 * `baseUrl` is the API's public URL. `accepted` are earlier public URLs whose tokens still verify, as further
 * --service-account-issuer flags do upstream, so that moving the API does not invalidate running pods' tokens.
 */
export function issuersAt(baseUrl: string, accepted: readonly string[] = []): Issuers {
  const bases = [baseUrl, ...accepted].map((url) => url.replace(/\/+$/, ''));
  return {
    of: (tenant) => (tenant === ROOT ? bases[0]! : `${bases[0]}/t/${tenant}`),
    tenant(issuer) {
      for (const base of bases) {
        if (issuer === base) return ROOT;
        const tenant = issuer.startsWith(`${base}/t/`) ? issuer.slice(base.length + 3) : '';
        if (isTenantName(tenant) && tenant !== ROOT) return tenant;
      }
      return undefined;
    },
  };
}
