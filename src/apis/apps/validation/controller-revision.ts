/** ControllerRevisions: snapshots that never change. */
import type { IControllerRevision } from 'kubernetes-models/apps/v1/ControllerRevision';
import { deepEqual } from '../../../meta/equal.ts';
import { type FieldError, invalid, path, required } from '../../../meta/field-error.ts';
import { IMMUTABLE, nonNegative } from '../../core/validation/checks.ts';

type ControllerRevisionLike = Pick<IControllerRevision, 'data' | 'revision'>;

export function validateControllerRevision({ data, revision }: ControllerRevisionLike): FieldError[] {
  return [
    ...(data === undefined ? [required(path('data'), 'data is mandatory')] : []),
    ...nonNegative(path('revision'), revision),
  ];
}

/** Comes on top of {@link validateControllerRevision}. Only `revision` and metadata may change. */
export function validateControllerRevisionUpdate(
  { data }: ControllerRevisionLike,
  old: ControllerRevisionLike,
): FieldError[] {
  return deepEqual(data, old.data) ? [] : [invalid(path('data'), data, IMMUTABLE)];
}
