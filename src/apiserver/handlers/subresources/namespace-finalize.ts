import { StatusError } from '../../../meta/status-error.ts';
import { subjectOf } from '../../registry/context.ts';
import { toObject } from '../../registry/decode.ts';
import { finalizeNamespace } from '../../registry/subresources/finalize.ts';
import { parseWriteOptions } from '../../request/options.ts';
import { decodeBody, type ResourceRequest } from '../request.ts';
import { respondObject } from '../respond.ts';

export async function handleNamespaceFinalize(request: ResourceRequest): Promise<Response> {
  const { deps, scope, definition, info } = request;
  if (info.verb !== 'update') throw StatusError.methodNotAllowed(subjectOf(definition), info.verb);
  const options = parseWriteOptions(request.query, 'UpdateOptions');
  const decoded = await decodeBody(request, options.fieldValidation !== 'Ignore');
  const namespace = toObject(
    definition,
    decoded?.value,
    decoded?.duplicates ?? [],
    options.fieldValidation,
    scope.warn,
  );
  return respondObject(request, await finalizeNamespace(deps, scope, info.name, namespace, options));
}
