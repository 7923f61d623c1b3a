import type { UnknownObject } from '../../meta/object.ts';
import { applyPatch, type PatchType } from '../../meta/patch/apply-patch.ts';
import { link } from '../../meta/schema/link.ts';
import { StatusError } from '../../meta/status-error.ts';
import type { FieldValidation } from '../request/options.ts';
import { type Answer, type RegistryDeps, type Scope, subjectOf } from './context.ts';
import { toObject } from './decode.ts';
import { type Change, type UpdateOptions, updateWith } from './update.ts';

export interface PatchRequest {
  type: PatchType;
  /** Parsed. */
  patch: unknown;
  /** Duplicate fields found while parsing. */
  duplicates: readonly string[];
  fieldValidation: FieldValidation;
}

/** Applies a patch to the newest state, again when another write came between, unless it names a resourceVersion. */
export async function patch(
  deps: RegistryDeps,
  scope: Scope,
  name: string,
  request: PatchRequest,
  options: UpdateOptions,
): Promise<Answer> {
  return updateWith(deps, scope, name, patchChange(scope, request), options);
}

function patchChange(scope: Scope, request: PatchRequest): Change {
  const { definition } = scope;
  let warn = scope.warn;
  return (current) => {
    const { name, namespace, resourceVersion } = current.metadata;
    const patched = applyPatch(
      request.type,
      link(definition.schema, definition.definitions),
      current,
      request.patch,
    ) as UnknownObject;
    const wanted = toObject(
      definition,
      // The patched object may share parts with the current one, which later steps compare with.
      structuredClone(patched),
      request.duplicates,
      request.fieldValidation,
      warn,
    );
    warn = () => {}; // once, however often the patch is tried
    if (wanted.metadata.name !== name) {
      throw StatusError.badRequest(
        `the name of the object (${wanted.metadata.name ?? ''}) does not match the name on the URL (${name ?? ''})`,
      );
    }
    if (definition.namespaced && wanted.metadata.namespace !== namespace) {
      throw StatusError.badRequest(
        `the namespace of the object (${wanted.metadata.namespace ?? ''}) does not match the namespace on the URL (${namespace ?? ''})`,
      );
    }
    const version = wanted.metadata.resourceVersion;
    const conditional = version !== undefined && version !== '' && namesVersion(request.patch);
    if (conditional && version !== resourceVersion) {
      throw StatusError.modified(subjectOf(definition), name ?? '');
    }
    return { object: wanted, conditional };
  };
}

/** Whether a patch sets metadata.resourceVersion itself and so wants to be refused after another's write. */
function namesVersion(patch: unknown): boolean {
  if (Array.isArray(patch)) {
    return patch.some(
      (step: { op?: string; path?: string }) => step.path === '/metadata/resourceVersion' && step.op !== 'test',
    );
  }
  const metadata = (patch as { metadata?: { resourceVersion?: unknown } } | null)?.metadata;
  return metadata?.resourceVersion != null;
}
