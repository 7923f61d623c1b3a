import type { UnknownObject } from '../../meta/object.ts';
import { StatusError } from '../../meta/status-error.ts';
import { RevisionAheadError } from '../storage/errors.ts';
import { type Answer, type RegistryDeps, type Scope, subjectOf } from './context.ts';
import { objectKey, parseStored } from './stored-form.ts';

/** The newest state. `minimum`: a resourceVersion that must have been reached (RevisionAheadError otherwise). */
export async function get(deps: RegistryDeps, scope: Scope, name: string, minimum?: number): Promise<Answer> {
  const stored = await deps.store.get(scope.tenant, objectKey(scope.definition, scope.namespace, name));
  if (minimum !== undefined && minimum > (stored?.revision ?? 0)) {
    const current = await deps.store.revision(scope.tenant);
    if (minimum > current) throw new RevisionAheadError(minimum, current);
  }
  if (stored === undefined) throw StatusError.notFound(subjectOf(scope.definition), name);
  return { definition: scope.definition, stored };
}

/** The object of an answer, parsed. */
export function objectOf(answer: Answer): UnknownObject {
  return parseStored(answer.definition, answer.stored);
}
