/** POST pods/binding and pods/eviction. */
import { StatusError } from '../../../meta/status-error.ts';
import { subjectOf } from '../../registry/context.ts';
import { type Binding, bind } from '../../registry/subresources/binding.ts';
import { type Eviction, evict } from '../../registry/subresources/eviction.ts';
import { parseWriteOptions } from '../../request/options.ts';
import { decodeObject } from '../decode-object.ts';
import type { ResourceRequest } from '../request.ts';
import { respondValue, successStatus } from '../respond.ts';

export async function handleBinding(request: ResourceRequest): Promise<Response> {
  const { deps, scope, info } = request;
  if (info.verb !== 'create') throw StatusError.methodNotAllowed(subjectOf(request.definition), info.verb);
  const options = parseWriteOptions(request.query, 'CreateOptions');
  const binding = await decodeObject<Binding>(
    request,
    request.surface.body('', 'v1', 'Binding'),
    options.fieldValidation,
  );
  await bind(deps, scope, info.name, binding, options);
  return respondValue(request, successStatus(), 201);
}

/** Upstream takes evictions of both versions for the same. */
const OLD_EVICTION = ['policy/v1beta1'];

export async function handleEviction(request: ResourceRequest): Promise<Response> {
  const { deps, scope, info } = request;
  if (info.verb !== 'create') throw StatusError.methodNotAllowed(subjectOf(request.definition), info.verb);
  const options = parseWriteOptions(request.query, 'CreateOptions');
  const kind = request.surface.body('policy', 'v1', 'Eviction');
  const eviction = await decodeObject<Eviction>(request, kind, options.fieldValidation, OLD_EVICTION);
  await evict(deps, scope, info.name, eviction, options);
  return respondValue(request, successStatus(), 201);
}
