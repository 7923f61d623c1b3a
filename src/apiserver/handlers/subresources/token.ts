import { StatusError } from '../../../meta/status-error.ts';
import { issueToken, type TokenRequest } from '../../registry/subresources/token.ts';
import { decodeObject } from '../decode-object.ts';
import { type ResourceRequest, writeOptions } from '../request.ts';
import { respondValue } from '../respond.ts';

/** POST serviceaccounts/token. */
export async function handleToken(request: ResourceRequest): Promise<Response> {
  const { deps, scope, info } = request;
  if (deps.tokens === undefined) throw StatusError.notImplemented('this API server does not issue tokens');
  const options = writeOptions(request, 'CreateOptions');
  const kind = request.surface.body('authentication.k8s.io', 'v1', 'TokenRequest');
  const asked = await decodeObject<TokenRequest>(request, kind, options.fieldValidation);
  return respondValue(request, await issueToken(deps, deps.tokens, scope, info.name, asked, options), 201);
}
