/**
 * Tokens of Secrets of type kubernetes.io/service-account-token: without an end or an audience, worth something while their
 * Secret exists and holds them. Claims are upstream's legacy ones; one more tells the tenant where it is not the root's,
 * since all tenants' tokens name the same issuer.
 */
import { decodeJwt, decodeProtectedHeader, errors, jwtVerify, SignJWT } from 'jose';
import type { Reader } from '../../client/contract.ts';
import { SECRETS, SERVICE_ACCOUNTS } from '../../client/resources.ts';
import { secretText } from '../../meta/secret-data.ts';
import { isTenantName, ROOT } from '../../meta/tenant.ts';
import { serviceAccountGroups, serviceAccountUserName } from './claims.ts';
import type { Authenticated, TokenAuthenticator } from './contract.ts';
import { equalSecrets } from './equal-secrets.ts';
import { rejected } from './rejected.ts';
import { SIGNING_ALGORITHM, type SigningKeys } from './signing-keys.ts';

const ISSUER = 'kubernetes/serviceaccount';
const NAMESPACE = 'kubernetes.io/serviceaccount/namespace';
const SECRET = 'kubernetes.io/serviceaccount/secret.name';
const ACCOUNT = 'kubernetes.io/serviceaccount/service-account.name';
const ACCOUNT_UID = 'kubernetes.io/serviceaccount/service-account.uid';
const TENANT = 'kedge.dev/tenant';
const TYPE = 'kubernetes.io/service-account-token';

export interface SecretTokenAccount {
  namespace: string;
  name: string;
  uid: string;
}

/** Makes the token that the account's Secret of that name is to hold. */
export type SecretTokenIssuer = (tenant: string, account: SecretTokenAccount, secret: string) => Promise<string>;

export function secretTokenIssuer(keys: SigningKeys): SecretTokenIssuer {
  return async (tenant, { namespace, name, uid }, secret) => {
    const { kid, key } = await keys.current(tenant);
    const claims = {
      [NAMESPACE]: namespace,
      [SECRET]: secret,
      [ACCOUNT]: name,
      [ACCOUNT_UID]: uid,
      ...(tenant === ROOT ? {} : { [TENANT]: tenant }),
    };
    return new SignJWT(claims)
      .setProtectedHeader({ alg: SIGNING_ALGORITHM, kid })
      .setIssuer(ISSUER)
      .setSubject(serviceAccountUserName(namespace, name))
      .sign(key);
  };
}

export interface SecretTokenOptions {
  keys: SigningKeys;
  reader(tenant: string): Reader;
  /** The audiences that mean the API server: all that such a token is for. */
  apiAudiences(tenant: string): readonly string[];
}

export function secretTokenAuthenticator(options: SecretTokenOptions): TokenAuthenticator {
  return {
    async authenticate(token, audiences): Promise<Authenticated | undefined> {
      const found = unverified(token);
      if (found === undefined) return undefined;
      const { tenant, kid } = found;
      const { account, secret, subject } = await verified(options.keys, tenant, kid, token);
      const name = serviceAccountUserName(account.namespace, account.name);
      if (subject !== name) throw rejected('token subject does not match its service account');
      await assertHeld(options.reader(tenant), account, secret, token);
      const meant = audiences?.filter((audience) => options.apiAudiences(tenant).includes(audience));
      if (meant?.length === 0) throw rejected('token is not meant for these audiences');
      return {
        tenant,
        user: { name, uid: account.uid, groups: serviceAccountGroups(account.namespace) },
        ...(meant === undefined ? {} : { audiences: meant }),
      };
    },
  };
}

/** undefined when the token is not one of a Secret. Which tenant's key must verify it is as the token says. */
function unverified(token: string): { tenant: string; kid: string } | undefined {
  try {
    const { iss, [TENANT]: tenant = ROOT } = decodeJwt(token);
    const { kid } = decodeProtectedHeader(token);
    if (iss !== ISSUER || typeof tenant !== 'string' || !isTenantName(tenant) || typeof kid !== 'string')
      return undefined;
    return { tenant, kid };
  } catch {
    return undefined;
  }
}

async function verified(keys: SigningKeys, tenant: string, kid: string, token: string) {
  const key = await keys.verifying(tenant, kid);
  if (key === undefined) throw rejected(`no key "${kid}" verifies this token`);
  try {
    const { payload } = await jwtVerify(token, key, { algorithms: [SIGNING_ALGORITHM], issuer: ISSUER });
    const text = (name: string) => {
      const value = payload[name];
      if (typeof value !== 'string' || value === '') throw rejected(`token has no claim ${name}`);
      return value;
    };
    const account: SecretTokenAccount = { namespace: text(NAMESPACE), name: text(ACCOUNT), uid: text(ACCOUNT_UID) };
    return { account, secret: text(SECRET), subject: payload.sub };
  } catch (error) {
    if (error instanceof errors.JOSEError) throw rejected(error.message, error);
    throw error;
  }
}

/** Throws a 401 unless the Secret is there with this very token, and the account is the one that it was made for. */
async function assertHeld(
  reader: Reader,
  { namespace, name, uid }: SecretTokenAccount,
  secretName: string,
  token: string,
): Promise<void> {
  const [secret, account] = await Promise.all([
    reader.find(SECRETS, namespace, secretName),
    reader.find(SERVICE_ACCOUNTS, namespace, name),
  ]);
  const where = `Secret ${namespace}/${secretName}`;
  if (secret === undefined || secret.type !== TYPE) throw rejected(`${where} of the token does not exist`);
  if (secret.metadata.deletionTimestamp !== undefined) throw rejected(`${where} of the token has been deleted`);
  if (!(await equalSecrets(secretText(secret.data, 'token'), token))) {
    throw rejected(`${where} does not hold this token`);
  }
  if (account === undefined || account.metadata.uid !== uid || account.metadata.deletionTimestamp !== undefined) {
    throw rejected(`ServiceAccount ${namespace}/${name} is not the one that the token was made for`);
  }
}
