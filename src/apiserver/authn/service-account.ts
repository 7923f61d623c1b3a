/**
 * Authenticates ServiceAccount tokens: signature, time and audience, then against the API that the ServiceAccount and
 * the bound object still are the ones the token was made for, so that deleting either revokes it.
 */
import { decodeJwt, decodeProtectedHeader, errors, type JWTPayload, jwtVerify } from 'jose';
import type { Reader, ResourceRef } from '../../client/contract.ts';
import { NODES, PODS, SECRETS, SERVICE_ACCOUNTS } from '../../client/resources.ts';
import type { KubeObject } from '../../meta/object.ts';
import type { UserInfo } from '../request/user.ts';
import { type KubernetesClaims, kubernetesClaims, serviceAccountGroups, serviceAccountUserName } from './claims.ts';
import type { Authenticated, TokenAuthenticator } from './contract.ts';
import type { Issuers } from './issuers.ts';
import { rejected } from './rejected.ts';
import { SIGNING_ALGORITHM, type SigningKeys } from './signing-keys.ts';

/** An object being deleted still counts for this long, as upstream allows for clocks that differ (jwt.DefaultLeeway). */
const LEEWAY_SECONDS = 60;
const EXTRA = 'authentication.kubernetes.io';

export interface ServiceAccountAuthenticatorOptions {
  keys: SigningKeys;
  issuers: Issuers;
  reader(tenant: string): Reader;
  now?(): Date;
}

export function serviceAccountAuthenticator(options: ServiceAccountAuthenticatorOptions): TokenAuthenticator {
  const now = options.now ?? (() => new Date());
  return {
    async authenticate(token, audiences): Promise<Authenticated | undefined> {
      const unverified = decode(token);
      const tenant = unverified && options.issuers.tenant(unverified.issuer);
      if (unverified === undefined || tenant === undefined) return undefined;
      const wanted = audiences ?? [...new Set([options.issuers.of(tenant), unverified.issuer])];
      const payload = await verify(options.keys, tenant, unverified, token, wanted, now());
      const claims = kubernetesClaims(payload);
      if (claims === undefined) throw rejected('token is not a service account token');
      const account = serviceAccountUserName(claims.namespace, claims.serviceaccount.name);
      if (payload.sub !== account) throw rejected('token subject does not match its service account');
      await stillValid(options.reader(tenant), claims, now());
      const meant = [payload.aud ?? []].flat();
      return {
        tenant,
        user: userOf(account, claims, payload.jti),
        audiences: wanted.filter((audience) => meant.includes(audience)),
        expiresAt: new Date(payload.exp! * 1000),
      };
    },
  };
}

function decode(token: string): { issuer: string; kid: string } | undefined {
  try {
    const { iss } = decodeJwt(token);
    const { kid } = decodeProtectedHeader(token);
    return typeof iss === 'string' ? { issuer: iss, kid: kid ?? '' } : undefined;
  } catch {
    return undefined;
  }
}

async function verify(
  keys: SigningKeys,
  tenant: string,
  unverified: { issuer: string; kid: string },
  token: string,
  audiences: readonly string[],
  now: Date,
): Promise<JWTPayload> {
  const key = await keys.verifying(tenant, unverified.kid);
  if (key === undefined) throw rejected(`no key "${unverified.kid}" verifies this token`);
  try {
    const { payload } = await jwtVerify(token, key, {
      algorithms: [SIGNING_ALGORITHM],
      issuer: unverified.issuer,
      audience: [...audiences],
      requiredClaims: ['exp', 'sub'],
      currentDate: now,
    });
    return payload;
  } catch (error) {
    if (error instanceof errors.JWTExpired) throw rejected('service account token has expired', error);
    if (error instanceof errors.JOSEError) throw rejected(error.message, error);
    throw error;
  }
}

/** Throws a 401 when the ServiceAccount or a bound object is gone, going, or replaced by one of the same name. */
async function stillValid(reader: Reader, claims: KubernetesClaims, now: Date): Promise<void> {
  const { namespace } = claims;
  const checks: Promise<void>[] = [check(SERVICE_ACCOUNTS, namespace, claims.serviceaccount)];
  if (claims.pod !== undefined) checks.push(check(PODS, namespace, claims.pod));
  if (claims.secret !== undefined) checks.push(check(SECRETS, namespace, claims.secret));
  // A pod's token names the node for information only; a token bound to the node itself dies with it.
  if (claims.node !== undefined && claims.pod === undefined) checks.push(check(NODES, '', claims.node));
  await Promise.all(checks);

  async function check<T extends KubeObject>(
    resource: ResourceRef<T>,
    inNamespace: string,
    claim: { name: string; uid?: string },
  ): Promise<void> {
    const object = await reader.find(resource, inNamespace, claim.name);
    const what = `${resource.kind} ${inNamespace === '' ? '' : `${inNamespace}/`}${claim.name}`;
    if (object === undefined) throw rejected(`${what} of the token does not exist`);
    if (claim.uid !== undefined && object.metadata.uid !== claim.uid) {
      throw rejected(`${what} is not the one that the token was made for`);
    }
    const deleted = object.metadata.deletionTimestamp;
    if (deleted !== undefined && Date.parse(deleted) < now.getTime() - LEEWAY_SECONDS * 1000) {
      throw rejected(`${what} of the token has been deleted`);
    }
  }
}

function userOf(name: string, claims: KubernetesClaims, jti: string | undefined): UserInfo {
  const extra: Record<string, string[]> = {};
  if (jti !== undefined) extra[`${EXTRA}/credential-id`] = [`JTI=${jti}`];
  if (claims.pod !== undefined) {
    extra[`${EXTRA}/pod-name`] = [claims.pod.name];
    extra[`${EXTRA}/pod-uid`] = [claims.pod.uid ?? ''];
  }
  if (claims.node !== undefined) {
    extra[`${EXTRA}/node-name`] = [claims.node.name];
    if (claims.node.uid !== undefined) extra[`${EXTRA}/node-uid`] = [claims.node.uid];
  }
  return { name, uid: claims.serviceaccount.uid, groups: serviceAccountGroups(claims.namespace), extra };
}
