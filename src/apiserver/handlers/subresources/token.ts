/** POST serviceaccounts/token: the TokenRequest API. */
import { StatusError } from '../../../meta/status-error.ts';
import { subjectOf } from '../../registry/context.ts';
import { get, objectOf } from '../../registry/get.ts';
import { parseWriteOptions } from '../../request/options.ts';
import { decodeBody, type ResourceRequest } from '../request.ts';
import { respondValue } from '../respond.ts';

interface TokenRequest {
  kind?: string;
  apiVersion?: string;
  metadata?: { name?: string; namespace?: string };
  spec?: {
    audiences?: string[];
    expirationSeconds?: number;
    boundObjectRef?: { apiVersion?: string; kind?: string; name?: string; uid?: string };
  };
}

export async function handleToken(request: ResourceRequest): Promise<Response> {
  const { deps, scope, info, tenant } = request;
  if (info.verb !== 'create') throw StatusError.methodNotAllowed(subjectOf(request.definition), info.verb);
  if (deps.tokens === undefined) throw StatusError.notImplemented('this API server does not issue tokens');
  const { dryRun } = parseWriteOptions(request.query, 'CreateOptions');
  const asked = ((await decodeBody(request, false))?.value ?? {}) as TokenRequest;
  if (typeof asked !== 'object' || Array.isArray(asked) || (asked.kind ?? 'TokenRequest') !== 'TokenRequest') {
    throw StatusError.badRequest('the request body is not a TokenRequest');
  }
  const { metadata } = objectOf(await get(deps, scope, info.name));
  const given = asked.metadata?.name;
  if (given !== undefined && given !== '' && given !== info.name) {
    throw StatusError.badRequest(
      `metadata.name: Invalid value: ${JSON.stringify(given)}: must match the service account name: ${JSON.stringify(info.name)}`,
    );
  }
  const account = { namespace: scope.namespace, name: info.name, uid: metadata.uid ?? '' };
  const issued = await deps.tokens.issue(tenant, account, asked.spec ?? {});
  const answer = {
    kind: 'TokenRequest',
    apiVersion: 'authentication.k8s.io/v1',
    metadata: {
      name: info.name,
      namespace: scope.namespace,
      creationTimestamp: `${deps.now().toISOString().slice(0, 19)}Z`,
    },
    spec: {
      audiences: issued.audiences,
      expirationSeconds: issued.expirationSeconds,
      boundObjectRef: asked.spec?.boundObjectRef ?? null,
    },
    status: { token: dryRun ? '' : issued.token, expirationTimestamp: issued.expirationTimestamp },
  };
  return respondValue(request, answer, 201);
}
