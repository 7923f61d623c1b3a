import { cloneJson } from '../../meta/clone.ts';
import type { ObjectMeta, UnknownObject } from '../../meta/object.ts';
import { applyPatch, type PatchType } from '../../meta/patch/apply-patch.ts';
import type { Decoded } from '../../meta/schema/decode.ts';
import { link } from '../../meta/schema/link.ts';
import { StatusError } from '../../meta/status-error.ts';
import type { WriteOptions } from '../request/options.ts';
import { type Answer, type RegistryDeps, type Scope, subjectOf, type Target } from './context.ts';
import type { BodyKind } from './contract.ts';
import { decode } from './decode.ts';
import { kindOf, writeExisting } from './pipeline.ts';
import { through } from './subresource.ts';
import type { Change } from './writing.ts';

/**
 * Applies a patch to the newest state, or to what `subresource` shows of it, again when another write came between, unless
 * it names a resourceVersion.
 */
export async function patch(
  deps: RegistryDeps,
  scope: Scope,
  target: Target,
  type: PatchType,
  sent: Decoded,
  options: WriteOptions,
): Promise<Answer> {
  const kind = kindOf({ scope }, through(scope.definition, target.subresource));
  const change = patchChange(scope, kind, type, sent, options);
  return writeExisting({ deps, scope, ...target, options, change });
}

function patchChange(scope: Scope, kind: BodyKind, type: PatchType, sent: Decoded, options: WriteOptions): Change {
  const { definition } = scope;
  let { warn } = scope;
  return (current) => {
    const { name = '', namespace = '', resourceVersion } = current?.metadata ?? {};
    const patched = applyPatch(type, link(kind.schema, kind.definitions), current, sent.value);
    // It may share parts with the current one, which later stages compare with.
    const value = cloneJson(withoutShared(patched, current));
    const wanted = decode(kind, { value, duplicates: sent.duplicates }, options.fieldValidation, warn);
    warn = () => {}; // once, however often the patch is tried
    const given = wanted.metadata;
    if (given.name !== name) {
      throw StatusError.badRequest(
        `the name of the object (${given.name ?? ''}) does not match the name on the URL (${name})`,
      );
    }
    if (definition.namespaced && given.namespace !== namespace) {
      throw StatusError.badRequest(
        `the namespace of the object (${given.namespace ?? ''}) does not match the namespace on the URL (${namespace})`,
      );
    }
    const version = given.resourceVersion;
    const conditional = version !== undefined && version !== '' && namesVersion(sent.value);
    if (conditional && version !== resourceVersion) throw StatusError.modified(subjectOf(definition), name);
    return { object: wanted, conditional };
  };
}

/** Without the owners of fields where the patch left them: the stage that says who they are has them from the current object. */
function withoutShared(patched: unknown, current: UnknownObject | undefined): unknown {
  const { metadata } = (patched ?? {}) as { metadata?: ObjectMeta };
  const owners = metadata?.managedFields;
  if (owners === undefined || owners !== current?.metadata.managedFields) return patched;
  const { managedFields: _, ...others } = metadata as ObjectMeta;
  return { ...(patched as UnknownObject), metadata: others };
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
