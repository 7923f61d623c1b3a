/** Namespaces. */
import type { INamespace } from 'kubernetes-models/v1/Namespace';
import { type FieldError, type FieldPath, invalid, path } from '../../../meta/field-error.ts';
import type { ObjectMeta } from '../../../meta/object.ts';
import { validateFinalizerName } from '../../../meta/object-meta.ts';

type NamespaceLike = Pick<INamespace, 'spec' | 'status'> & { metadata: ObjectMeta };

const STANDARD_FINALIZERS = ['kubernetes', 'orphan', 'foregroundDeletion'];

export function validateNamespace({ spec = {} }: NamespaceLike): FieldError[] {
  const at = path('spec').child('finalizers');
  return (spec.finalizers ?? []).flatMap((finalizer) => validateFinalizer(at, finalizer));
}

/** Nothing but metadata is checked when a namespace changes. */
export function validateNamespaceUpdate(_namespace: NamespaceLike, _old: NamespaceLike): FieldError[] {
  return [];
}

/** The phase follows the deletion timestamp. */
export function validateNamespaceStatusUpdate({ metadata, status }: NamespaceLike): FieldError[] {
  const deleting = metadata.deletionTimestamp !== undefined;
  const phase = status?.phase ?? '';
  const expected = deleting ? 'Terminating' : 'Active';
  if (phase === expected) return [];
  const detail = `may only be '${expected}' if \`deletionTimestamp\` is ${deleting ? 'not ' : ''}empty`;
  return [invalid(path('status').child('Phase'), phase, detail)];
}

function validateFinalizer(at: FieldPath, finalizer: string): FieldError[] {
  const errors = validateFinalizerName(finalizer, at);
  if (!finalizer.includes('/') && !STANDARD_FINALIZERS.includes(finalizer)) {
    const detail = 'name is neither a standard finalizer name nor is it fully qualified';
    errors.push(invalid(at, finalizer, detail));
  }
  return errors;
}
