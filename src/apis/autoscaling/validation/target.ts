import type { ICrossVersionObjectReference } from 'kubernetes-models/autoscaling/v2/CrossVersionObjectReference';
import { type FieldError, type FieldPath, required } from '../../../meta/field-error.ts';
import { nameIsPathSegment } from '../../../meta/names.ts';
import { invalidEach } from '../../core/validation/checks.ts';

/** Something that a name of a kind refers to. */
export function validateTarget(at: FieldPath, target: ICrossVersionObjectReference | undefined): FieldError[] {
  return (['kind', 'name'] as const).flatMap((field) => {
    const value = target?.[field];
    if (!value) return [required(at.child(field))];
    return invalidEach(at.child(field), value, () => nameIsPathSegment(value, false));
  });
}
