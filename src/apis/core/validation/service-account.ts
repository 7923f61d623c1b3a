/** ServiceAccounts: upstream checks nothing but their metadata, which is the registry's work. */
import type { FieldError } from '../../../meta/field-error.ts';

export function validateServiceAccount(_account: object): FieldError[] {
  return [];
}

export function validateServiceAccountUpdate(_account: object, _old: object): FieldError[] {
  return [];
}
