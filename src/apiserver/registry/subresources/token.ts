/** POST serviceaccounts/token: the TokenRequest API (upstream's TokenREST). */
import { invalid } from '../../../meta/field-error.ts';
import { type ObjectMeta, timestamp, type UnknownObject } from '../../../meta/object.ts';
import { StatusError } from '../../../meta/status-error.ts';
import type { WriteOptions } from '../../request/options.ts';
import { admissionRequest, type RegistryDeps, type Scope } from '../context.ts';
import { get, objectOf } from '../get.ts';
import { pass } from '../pipeline.ts';

/** Upstream's default. */
const DEFAULT_SECONDS = 3600;

export interface TokenRequest {
  apiVersion: string;
  kind: string;
  metadata: ObjectMeta;
  spec?: TokenRequestSpec;
}

export interface TokenRequestSpec {
  audiences?: readonly string[];
  expirationSeconds?: number;
  boundObjectRef?: { apiVersion?: string; kind?: string; name?: string; uid?: string };
}

/** Signs tokens. Throws 422 for a bad duration, 400, 404 or 409 for an object that the token cannot be bound to. */
export interface ServiceAccountTokenIssuer {
  issue(
    tenant: string,
    account: { namespace: string; name: string; uid: string },
    spec: TokenRequestSpec,
  ): Promise<{
    token: string;
    /** RFC 3339. */
    expirationTimestamp: string;
    audiences: readonly string[];
    /** Less than was asked for where the cluster has a limit. */
    expirationSeconds: number;
  }>;
}

/** Issues a token for the account `name`, and warns when it lives shorter than was asked for. A dry run answers none. */
export async function issueToken(
  deps: RegistryDeps,
  issuer: ServiceAccountTokenIssuer,
  scope: Scope,
  name: string,
  asked: TokenRequest,
  options: WriteOptions,
): Promise<object> {
  const spec = { ...asked.spec, expirationSeconds: asked.spec?.expirationSeconds ?? DEFAULT_SECONDS };
  asked.spec = spec;
  const request = admissionRequest(scope, 'CREATE', name, 'token', options);
  request.object = asked as unknown as UnknownObject;
  let uid = '';
  await pass(deps, request, undefined, async () => {
    checkNames(scope, name, asked.metadata);
    uid = objectOf(await get(deps, scope, name)).metadata.uid ?? '';
  });

  const issued = await issuer.issue(scope.tenant, { namespace: scope.namespace, name, uid }, spec);
  if (issued.expirationSeconds < spec.expirationSeconds) {
    scope.warn(
      `requested expiration of ${spec.expirationSeconds} seconds shortened to ${issued.expirationSeconds} seconds`,
    );
  }
  return {
    kind: asked.kind,
    apiVersion: asked.apiVersion,
    metadata: { name, namespace: scope.namespace, creationTimestamp: timestamp(deps.now()) },
    spec: {
      audiences: issued.audiences,
      expirationSeconds: issued.expirationSeconds,
      boundObjectRef: spec.boundObjectRef ?? null,
    },
    status: { token: options.dryRun ? '' : issued.token, expirationTimestamp: issued.expirationTimestamp },
  };
}

function checkNames(scope: Scope, name: string, given: ObjectMeta): void {
  const kind = { group: 'authentication.k8s.io', kind: 'TokenRequest' };
  if (given.name && given.name !== name) {
    const fault = invalid('metadata.name', given.name, 'must match the service account name if specified');
    throw StatusError.invalid(kind, name, [fault]);
  }
  if (given.namespace && given.namespace !== scope.namespace) {
    const fault = invalid(
      'metadata.namespace',
      given.namespace,
      'must match the service account namespace if specified',
    );
    throw StatusError.invalid(kind, name, [fault]);
  }
}
