/** The small checks that the validation of every kind is made of, with upstream's messages. */
import {
  type FieldError,
  type FieldPath,
  forbidden,
  invalid,
  notSupported,
  required,
} from '../../../meta/field-error.ts';
import {
  validateDns1123Label,
  validateDns1123Subdomain,
  validateInRange,
  validateLabelKey,
  validatePortName,
  validatePortNumber,
} from '../../../meta/names.ts';

export const NEGATIVE = 'must be greater than or equal to 0';
export const IMMUTABLE = 'field is immutable';
export const MAX_INT32 = 2 ** 31 - 1;
export const NOT_POSITIVE = 'must be greater than zero';

/** One Invalid error for each message that `check` returns. */
export function invalidEach<T>(at: FieldPath, value: T, check: (value: T) => readonly string[]): FieldError[] {
  return check(value).map((message) => invalid(at, value, message));
}

export function dns1123Label(at: FieldPath, value: string): FieldError[] {
  return invalidEach(at, value, validateDns1123Label);
}

export function dns1123Subdomain(at: FieldPath, value: string): FieldError[] {
  return invalidEach(at, value, validateDns1123Subdomain);
}

/** A name with an optional DNS prefix: label and taint keys, condition types, resource names. */
export function qualifiedName(at: FieldPath, value: string): FieldError[] {
  return invalidEach(at, value, validateLabelKey);
}

/** A user or group id, absent or in range. */
export function userOrGroupID(at: FieldPath, value: number | undefined): FieldError[] {
  return inRange(at, value, 0, MAX_INT32);
}

/** A port by number or by name, as probes and Services' targetPort take it. */
export function portNumberOrName(at: FieldPath, value: number | string): FieldError[] {
  return typeof value === 'number'
    ? invalidEach(at, value, validatePortNumber)
    : invalidEach(at, value, validatePortName);
}

/** A number that is absent (0) or not negative. */
export function nonNegative(at: FieldPath, value: number | undefined): FieldError[] {
  return value !== undefined && value < 0 ? [invalid(at, value, NEGATIVE)] : [];
}

/** Required and not the empty string. */
export function present(at: FieldPath, value: string | undefined, detail = ''): FieldError[] {
  return value ? [] : [required(at, detail)];
}

/** Required, and one of `supported`. */
export function oneOf(at: FieldPath, value: string | undefined, supported: readonly string[]): FieldError[] {
  return value ? optionalOneOf(at, value, supported) : [required(at)];
}

/** Absent, or one of `supported`; unlike {@link oneOf} an empty string is reported as unsupported. */
export function optionalOneOf(at: FieldPath, value: string | undefined, supported: readonly string[]): FieldError[] {
  return value === undefined || supported.includes(value) ? [] : [notSupported(at, value, supported)];
}

/** An integer between both bounds, or absent. */
export function inRange(at: FieldPath, value: number | undefined, low: number, high: number): FieldError[] {
  return value === undefined ? [] : invalidEach(at, value, () => validateInRange(value, low, high));
}

/** File permission bits, absent or 0 to 0777. */
export function fileMode(at: FieldPath, value: number | undefined): FieldError[] {
  if (value === undefined || (value >= 0 && value <= 0o777)) return [];
  return [invalid(at, value, 'must be a number between 0 and 0777 (octal), both inclusive')];
}

/** A path without `..` elements. */
export function noBacksteps(at: FieldPath, value: string): FieldError[] {
  return value.split('/').includes('..') ? [invalid(at, value, "must not contain '..'")] : [];
}

/** A relative path without `..` elements. */
export function localDescendingPath(at: FieldPath, value: string): FieldError[] {
  const errors = value.startsWith('/') ? [invalid(at, value, 'must be a relative path')] : [];
  return [...errors, ...noBacksteps(at, value)];
}

/** As {@link localDescendingPath}, and not beginning with `..`, which volumes keep for their own links. */
export function localNonReservedPath(at: FieldPath, value: string): FieldError[] {
  const errors = localDescendingPath(at, value);
  if (value.startsWith('..') && value !== '..' && !value.startsWith('../')) {
    errors.push(invalid(at, value, "must not start with '..'"));
  }
  return errors;
}

/**
 * At most one of several alternatives, in upstream's order: each alternative that is set after the first is forbidden with
 * `detail`, and only the first is validated. Returns how many were set.
 */
export function validateAlternatives(
  errors: FieldError[],
  alternatives: readonly { at: FieldPath; value: unknown; validate(): FieldError[] }[],
  detail: string,
): number {
  const set = alternatives.filter((each) => each.value !== undefined);
  for (const [index, alternative] of set.entries()) {
    if (index === 0) errors.push(...alternative.validate());
    else errors.push(forbidden(alternative.at, detail));
  }
  return set.length;
}
