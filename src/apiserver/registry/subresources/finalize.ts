/** PUT namespaces/finalize: the only way to change a namespace's spec.finalizers. */
import type { UnknownObject } from '../../../meta/object.ts';
import { StatusError } from '../../../meta/status-error.ts';
import { type Answer, type RegistryDeps, type Scope, subjectOf } from '../context.ts';
import { updateWith } from '../update.ts';

/** Stores `namespace.spec.finalizers`; a namespace that is being deleted goes with its last finalizer. */
export async function finalizeNamespace(
  deps: RegistryDeps,
  scope: Scope,
  name: string,
  namespace: UnknownObject,
  options: { dryRun: boolean },
): Promise<Answer> {
  const version = namespace.metadata.resourceVersion;
  const conditional = version !== undefined && version !== '';
  if (namespace.metadata.name !== name) {
    throw StatusError.badRequest(
      `the name of the object (${namespace.metadata.name ?? ''}) does not match the name on the URL (${name})`,
    );
  }
  return updateWith(
    deps,
    scope,
    name,
    (current) => {
      if (conditional && version !== current.metadata.resourceVersion) {
        throw StatusError.modified(subjectOf(scope.definition), name);
      }
      const object = structuredClone(current);
      const { finalizers } = (namespace.spec ?? {}) as { finalizers?: string[] };
      object.spec = { ...(object.spec as object | undefined), finalizers: finalizers ?? [] };
      return { object, conditional };
    },
    { dryRun: options.dryRun, subresource: 'finalize' },
  );
}
