import type { UnknownObject } from '../../../meta/object.ts';
import { StatusError } from '../../../meta/status-error.ts';
import { subjectOf } from '../../registry/context.ts';
import { finalizeNamespace } from '../../registry/subresources/finalize.ts';
import { parseWriteOptions } from '../../request/options.ts';
import { decodeObject } from '../decode-object.ts';
import type { ResourceRequest } from '../request.ts';
import { respondObject } from '../respond.ts';

export async function handleNamespaceFinalize(request: ResourceRequest): Promise<Response> {
  const { deps, scope, definition, info } = request;
  if (info.verb !== 'update') throw StatusError.methodNotAllowed(subjectOf(definition), info.verb);
  const options = parseWriteOptions(request.query, 'UpdateOptions');
  const namespace = await decodeObject<UnknownObject>(request, definition, options.fieldValidation);
  return respondObject(request, await finalizeNamespace(deps, scope, info.name, namespace, options));
}
