import { type FieldError, invalid, path } from '../../../meta/field-error.ts';

/** Revisions' names are made with it: what it was must not come again. */
export function collisionsNotDecremented(count: number | undefined, before: number | undefined): FieldError[] {
  if (before === undefined || (count !== undefined && count >= before)) return [];
  return [invalid(path('status').child('collisionCount'), count ?? 0, 'cannot be decremented')];
}
