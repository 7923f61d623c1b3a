/** Issues ServiceAccount tokens: what POST serviceaccounts/{name}/token does once the request is decoded. */
import { SignJWT } from 'jose';
import type { Reader, ResourceRef } from '../../client/contract.ts';
import { NODES, PODS, type Pod, SECRETS } from '../../client/resources.ts';
import { invalid } from '../../meta/field-error.ts';
import { type KubeObject, timestamp } from '../../meta/object.ts';
import { StatusError } from '../../meta/status-error.ts';
import { KUBERNETES_CLAIM, type KubernetesClaims, type ObjectClaim, serviceAccountUserName } from './claims.ts';
import type { Issuers } from './issuers.ts';
import { SIGNING_ALGORITHM, type SigningKeys } from './signing-keys.ts';

const DEFAULT_SECONDS = 3600;
const MIN_SECONDS = 600;
const MAX_SECONDS = 2 ** 32;
/** A year: longer than any projected token lives, short enough that a lost one ends. */
const DEFAULT_MAX_TOKEN_SECONDS = 365 * 24 * 3600;

export interface BoundObjectRef {
  apiVersion?: string;
  kind?: string;
  name?: string;
  uid?: string;
}

export interface TokenRequestSpec {
  /** Absent or empty: the API server's own. */
  audiences?: readonly string[];
  /** Default 3600, at least 600; cut to the cluster's longest life. */
  expirationSeconds?: number;
  boundObjectRef?: BoundObjectRef;
}

export interface IssuedToken {
  token: string;
  /** RFC 3339. */
  expirationTimestamp: string;
  /** The audiences the token was made for, to be shown in the answer's spec. */
  audiences: readonly string[];
  expirationSeconds: number;
}

export interface ServiceAccountTokenIssuer {
  /** Throws 422 for a bad duration, 400 for an object that cannot be bound, 404 or 409 when it is gone or another. */
  issue(
    tenant: string,
    account: { namespace: string; name: string; uid: string },
    spec: TokenRequestSpec,
  ): Promise<IssuedToken>;
}

export interface IssuerOptions {
  keys: SigningKeys;
  issuers: Issuers;
  /** Reads the objects tokens are bound to. */
  reader(tenant: string): Reader;
  /** No token lives longer, whatever is asked for (--service-account-max-token-expiration). Default: a year. */
  maxSeconds?: number;
  now?(): Date;
}

export function serviceAccountTokenIssuer(options: IssuerOptions): ServiceAccountTokenIssuer {
  const now = options.now ?? (() => new Date());
  return {
    async issue(tenant, account, spec) {
      const asked = spec.expirationSeconds ?? DEFAULT_SECONDS;
      validateSeconds(asked);
      const seconds = Math.min(asked, options.maxSeconds ?? DEFAULT_MAX_TOKEN_SECONDS);
      const issuer = options.issuers.of(tenant);
      const audiences = spec.audiences === undefined || spec.audiences.length === 0 ? [issuer] : spec.audiences;
      const bound =
        spec.boundObjectRef === undefined
          ? {}
          : await boundClaims(options.reader(tenant), account, spec.boundObjectRef);
      const claims: KubernetesClaims = {
        namespace: account.namespace,
        serviceaccount: { name: account.name, uid: account.uid },
        ...bound,
      };
      const issuedAt = Math.floor(now().getTime() / 1000);
      const { kid, key } = await options.keys.current(tenant);
      const token = await new SignJWT({ [KUBERNETES_CLAIM]: claims })
        .setProtectedHeader({ alg: SIGNING_ALGORITHM, kid })
        .setIssuer(issuer)
        .setSubject(serviceAccountUserName(account.namespace, account.name))
        .setAudience([...audiences])
        .setIssuedAt(issuedAt)
        .setNotBefore(issuedAt)
        .setExpirationTime(issuedAt + seconds)
        .setJti(crypto.randomUUID())
        .sign(key);
      const expirationTimestamp = timestamp(new Date((issuedAt + seconds) * 1000));
      return { token, expirationTimestamp, audiences, expirationSeconds: seconds };
    },
  };
}

function validateSeconds(seconds: number): void {
  const field = 'spec.expirationSeconds';
  const fault =
    seconds < MIN_SECONDS
      ? 'may not specify a duration less than 10 minutes'
      : seconds > MAX_SECONDS
        ? 'may not specify a duration larger than 2^32 seconds'
        : undefined;
  if (fault === undefined) return;
  const kind = { group: 'authentication.k8s.io', kind: 'TokenRequest' };
  throw StatusError.invalid(kind, '', [invalid(field, seconds, fault)]);
}

async function boundClaims(
  reader: Reader,
  account: { namespace: string; name: string },
  ref: BoundObjectRef,
): Promise<Partial<KubernetesClaims>> {
  switch (`${ref.apiVersion ?? ''}/${ref.kind ?? ''}`) {
    case 'v1/Pod': {
      const pod = await existing(reader, PODS, account.namespace, ref);
      if ((pod.spec?.serviceAccountName ?? '') !== account.name) {
        throw StatusError.badRequest(
          `cannot bind token for serviceaccount "${account.name}" to pod running with different serviceaccount name.`,
        );
      }
      return { pod: claimOf(pod), ...(await nodeOf(reader, pod)) };
    }
    case 'v1/Secret':
      return { secret: claimOf(await existing(reader, SECRETS, account.namespace, ref)) };
    case 'v1/Node':
      return { node: claimOf(await existing(reader, NODES, '', ref)) };
    default:
      throw StatusError.badRequest(`cannot bind token to object of type ${groupVersionKind(ref)}`);
  }
}

/** As Go prints a GroupVersionKind: "apps/v1, Kind=Deployment". */
function groupVersionKind(ref: BoundObjectRef): string {
  const version = ref.apiVersion ?? '';
  return `${version.includes('/') ? version : `/${version}`}, Kind=${ref.kind ?? ''}`;
}

/** A pod's token also tells the node that it runs on, so that a node's credential can be tied to it. */
async function nodeOf(reader: Reader, pod: Pod): Promise<{ node?: ObjectClaim }> {
  const name = pod.spec?.nodeName ?? '';
  if (name === '') return {};
  const node = await reader.find(NODES, '', name);
  return { node: node === undefined ? { name } : claimOf(node) };
}

async function existing<T extends KubeObject>(
  reader: Reader,
  resource: ResourceRef<T>,
  namespace: string,
  ref: BoundObjectRef,
): Promise<T> {
  const object = await reader.get(resource, namespace, ref.name ?? '');
  if (ref.uid !== undefined && ref.uid !== '' && ref.uid !== object.metadata.uid) {
    const detail = `the UID in the bound object reference (${ref.uid}) does not match the UID in record. The object might have been deleted and then recreated`;
    throw StatusError.conflict({ group: resource.group, resource: resource.kind }, ref.name ?? '', detail);
  }
  return object;
}

function claimOf(object: KubeObject): ObjectClaim {
  const { name = '', uid } = object.metadata;
  return uid === undefined ? { name } : { name, uid };
}
