/**
 * Personal, admin and node tokens: `kdg.<tenant>.<secret>`, the secret being 256 random bits in base64url. Only the
 * SHA-256 of the whole token is stored. A hash without salt or stretching is right here: the secret is uniformly random,
 * so there is no dictionary to try, and a lookup must be one indexed read.
 */

import { base64url } from 'jose';

export const TOKEN_PREFIX = 'kdg.';
const SECRET_BYTES = 32;
const SHAPE = /^kdg\.([a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?)\.([A-Za-z0-9_-]{43})$/;

export interface NewToken {
  tenant: string;
  user: { name: string; uid?: string };
  groups: readonly string[];
  /** What a person reads in a list, e.g. "admin kubeconfig". */
  description: string;
  /** Absent: until revoked. */
  expiresAt?: Date;
}

export interface CreatedToken {
  /** Shown once; it cannot be had again. */
  token: string;
  id: string;
}

/** What is known of a token, without its secret. */
export interface TokenRecord {
  id: string;
  tenant: string;
  user: { name: string; uid?: string };
  groups: readonly string[];
  description: string;
  createdAt: Date;
  expiresAt?: Date;
  revokedAt?: Date;
}

/** The tenant a token names, or undefined when the text is not of this kind. Says nothing of its validity. */
export function tenantOfToken(token: string): string | undefined {
  return SHAPE.exec(token)?.[1];
}

/** A new random token of a tenant. */
export function generateToken(tenant: string): string {
  const secret = crypto.getRandomValues(new Uint8Array(SECRET_BYTES));
  return `${TOKEN_PREFIX}${tenant}.${base64url.encode(secret)}`;
}

/** SHA-256 of the whole token, so that a secret moved under another tenant's name is another token. */
export async function hashToken(token: string): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(token)));
}
