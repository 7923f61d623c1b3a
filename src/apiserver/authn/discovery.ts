/** What relying parties fetch to verify ServiceAccount tokens without asking the API server about each. */
import type { JWK } from 'jose';
import type { Issuers } from './issuers.ts';
import { SIGNING_ALGORITHM, type SigningKeys } from './signing-keys.ts';

export interface OpenIdConfiguration {
  issuer: string;
  jwks_uri: string;
  response_types_supported: string[];
  subject_types_supported: string[];
  id_token_signing_alg_values_supported: string[];
}

export interface IssuerDiscovery {
  /** GET /.well-known/openid-configuration */
  openIdConfiguration(tenant: string): OpenIdConfiguration;
  /** GET /openid/v1/jwks, served as application/jwk-set+json */
  jwks(tenant: string): Promise<{ keys: JWK[] }>;
}

export function issuerDiscovery(issuers: Issuers, keys: SigningKeys): IssuerDiscovery {
  return {
    openIdConfiguration(tenant) {
      const issuer = issuers.of(tenant);
      return {
        issuer,
        jwks_uri: `${issuer}/openid/v1/jwks`,
        response_types_supported: ['id_token'],
        subject_types_supported: ['public'],
        id_token_signing_alg_values_supported: [SIGNING_ALGORITHM],
      };
    },
    jwks: async (tenant) => ({ keys: await keys.published(tenant) }),
  };
}
