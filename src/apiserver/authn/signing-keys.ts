/**
 * Keys that sign ServiceAccount tokens, per tenant. RS256: it is what kubeadm clusters sign with and the one algorithm
 * that OpenID Connect makes mandatory, so every relying party (cloud IAM, Vault) accepts it; and tokens are verified far
 * more often than signed, at which RSA is the faster.
 */
import { base64url, exportJWK, generateKeyPair, importJWK, type JWK } from 'jose';

export const SIGNING_ALGORITHM = 'RS256';

/** A key pair in JWK form, as stored. */
export interface SigningKeyRecord {
  kid: string;
  publicKey: JWK;
  privateKey: JWK;
}

export interface SigningKey {
  kid: string;
  key: CryptoKey;
}

export interface SigningKeys {
  /** The tenant's newest key, made now when it has none. */
  current(tenant: string): Promise<SigningKey>;
  /** The public key of that id; undefined when the tenant has (no longer) such a key. */
  verifying(tenant: string, kid: string): Promise<CryptoKey | undefined>;
  /** Public keys of the tenant as a JWKS lists them, newest first. */
  published(tenant: string): Promise<JWK[]>;
  /** Makes a new current key; the older ones go on verifying what they signed. Returns its kid. */
  rotate(tenant: string): Promise<string>;
  /** Forgets a key: every token that it signed stops working. */
  remove(tenant: string, kid: string): Promise<void>;
}

/** A new 2048-bit pair. Its kid is the SHA-256 of the public key's SPKI form, as upstream derives it. */
export async function generateSigningKey(): Promise<SigningKeyRecord> {
  const pair = await generateKeyPair(SIGNING_ALGORITHM, { modulusLength: 2048, extractable: true });
  const spki = await crypto.subtle.exportKey('spki', pair.publicKey);
  const kid = base64url.encode(new Uint8Array(await crypto.subtle.digest('SHA-256', spki)));
  const common = { kid, alg: SIGNING_ALGORITHM, use: 'sig' };
  return {
    kid,
    publicKey: { ...(await exportJWK(pair.publicKey)), ...common },
    privateKey: { ...(await exportJWK(pair.privateKey)), ...common },
  };
}

/** An importable JWK as a key of SIGNING_ALGORITHM. */
export async function importSigningKey(jwk: JWK): Promise<CryptoKey> {
  return (await importJWK(jwk, SIGNING_ALGORITHM)) as CryptoKey;
}
