/** Counts of rolling updates, which are numbers or shares of all. */
import { type FieldError, type FieldPath, invalid } from '../../../meta/field-error.ts';
import { validatePercent } from '../../../meta/names.ts';
import { invalidEach, nonNegative } from '../../core/validation/checks.ts';

export function positiveIntOrPercent(at: FieldPath, value: number | string): FieldError[] {
  return typeof value === 'number' ? nonNegative(at, value) : invalidEach(at, value, validatePercent);
}

export function notMoreThanAll(at: FieldPath, value: number | string): FieldError[] {
  if (typeof value !== 'string' || valueOfIntOrPercent(value) <= 100) return [];
  return [invalid(at, value, 'must not be greater than 100%')];
}

/** 25 for 25 and for "25%"; 0 for text that is no percentage, which is reported as such. */
export function valueOfIntOrPercent(value: number | string): number {
  if (typeof value === 'number') return value;
  return /^\d+%$/.test(value) ? Number.parseInt(value, 10) : 0;
}
