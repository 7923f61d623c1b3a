/** POST pods/eviction. */
import { type Eviction, evict } from '../../registry/subresources/eviction.ts';
import { decodeObject } from '../decode-object.ts';
import { type ResourceRequest, writeOptions } from '../request.ts';
import { respondValue, successStatus } from '../respond.ts';

/** Upstream takes evictions of both versions for the same. */
const OLD_EVICTION = ['policy/v1beta1'];

export async function handleEviction(request: ResourceRequest): Promise<Response> {
  const { deps, scope, info } = request;
  const options = writeOptions(request, 'CreateOptions');
  const kind = request.surface.body('policy', 'v1', 'Eviction');
  const eviction = await decodeObject<Eviction>(request, kind, options.fieldValidation, OLD_EVICTION);
  await evict(deps, scope, info.name, eviction, options);
  return respondValue(request, successStatus(), 201);
}
