import { cloneJson } from '../../meta/clone.ts';
import type { UnknownObject } from '../../meta/object.ts';
import { StatusError } from '../../meta/status-error.ts';
import type { WriteOptions } from '../request/options.ts';
import { admissionRequest, type RegistryDeps, type Scope, type Target } from './context.ts';
import type { ActionSubresource } from './contract.ts';
import { pass, writeExisting } from './pipeline.ts';
import { otherUid } from './prepare.ts';
import type { Change } from './writing.ts';

/**
 * Does to the object `name` what `sent` says, which is of the action's kind and is what admission is asked of. Its uid is
 * a precondition. Throws NotFound, Conflict, Invalid, BadRequest, Forbidden.
 */
export async function act(
  deps: RegistryDeps,
  scope: Scope,
  { name, subresource }: Target,
  action: ActionSubresource,
  sent: UnknownObject,
  options: WriteOptions,
): Promise<void> {
  const request = admissionRequest(scope, 'CREATE', name, subresource, options);
  request.object = sent;
  let posted = sent;
  const kind = scope.surface.body(action.kind.group, action.kind.version, action.kind.kind);
  const passed = await pass(deps, request, kind, () => {
    posted = request.object ?? posted;
    if (posted.metadata.name !== undefined && posted.metadata.name !== name) {
      throw StatusError.badRequest(`name in URL does not match name in ${action.kind.kind} object`);
    }
    const errors = action.validate?.(posted) ?? [];
    if (errors.length > 0) throw StatusError.invalid(action.kind, name, errors);
  });
  const change: Change = (current, context) => {
    const object = cloneJson(current as UnknownObject);
    const { uid } = posted.metadata;
    if (uid && uid !== object.metadata.uid) throw otherUid(scope, uid, object.metadata);
    action.apply(context, object, posted);
    return { object, conditional: false };
  };
  await writeExisting({ deps, scope, name, subresource, options, change, passed });
}
