import type { UnknownObject } from '../../../meta/object.ts';
import { act } from '../../registry/act.ts';
import type { ActionSubresource } from '../../registry/contract.ts';
import { decodeObject } from '../decode-object.ts';
import { type ResourceRequest, writeOptions } from '../request.ts';
import { respondValue, successStatus } from '../respond.ts';

/** POST of an action, e.g. pods/binding. */
export async function handleAction(request: ResourceRequest, action: ActionSubresource): Promise<Response> {
  const { deps, scope, info, surface } = request;
  const { group, version, kind } = action.kind;
  const options = writeOptions(request, 'CreateOptions');
  const sent = await decodeObject<UnknownObject>(request, surface.body(group, version, kind), options.fieldValidation);
  await act(deps, scope, info, action, sent, options);
  return respondValue(request, successStatus(), 201);
}
