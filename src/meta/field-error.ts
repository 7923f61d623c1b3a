/** Validation errors with field paths, worded as upstream's k8s.io/apimachinery/pkg/util/validation/field. */
import { clip, clippedJson, MAX_SHOWN } from './clip.ts';

export type FieldErrorType =
  | 'FieldValueRequired'
  | 'FieldValueInvalid'
  | 'FieldValueNotSupported'
  | 'FieldValueDuplicate'
  | 'FieldValueForbidden'
  | 'FieldValueNotFound'
  | 'FieldValueTooLong'
  | 'FieldValueTooMany'
  | 'FieldValueTypeInvalid'
  | 'InternalError';

export interface FieldError {
  /** The machine-readable reason, as in Status.details.causes[].reason. */
  type: FieldErrorType;
  /** For example `spec.containers[0].image`. */
  field: string;
  /** The whole message without the field, as in causes[].message: `Invalid value: "x": must be …`. */
  message: string;
}

/** A path to a field; immutable. `path('spec').child('containers').index(0)` renders `spec.containers[0]`. */
export class FieldPath {
  readonly text: string;
  constructor(text = '') {
    this.text = text;
  }
  child(...names: string[]): FieldPath {
    const joined = names.join('.');
    return new FieldPath(this.text === '' ? joined : `${this.text}.${joined}`);
  }
  index(index: number): FieldPath {
    return new FieldPath(`${this.text}[${index}]`);
  }
  key(key: string): FieldPath {
    return new FieldPath(`${this.text}[${key}]`);
  }
  toString(): string {
    return this.text;
  }
}

export function path(text = ''): FieldPath {
  return new FieldPath(text);
}

type At = FieldPath | string;

/** Errors of one object that are told. Upstream tells all; kubectl prints a line for each. */
export const MAX_FIELD_ERRORS = 100;

/** Characters of them together: each may show a value of 1,024, and an answer holds them twice (message and causes). */
export const MAX_FIELD_ERRORS_TEXT = 32 * 1024;

/** Thrown by the first error too many; only collectFieldErrors sees it. */
class Enough extends Error {}

/** The errors made so far by the validation that runs; validation never awaits, so that there is only one. */
let collected: Collected | undefined;

interface Collected {
  errors: FieldError[];
  /** Characters of their fields and messages. */
  text: number;
}

/**
 * Runs a validation, which ends at its error MAX_FIELD_ERRORS or where their text is long enough: whatever validators do with the
 * errors that they make, what they cost is bounded by the size of the object. When it was ended, a last error says so.
 */
export function collectFieldErrors(validate: () => FieldError[]): FieldError[] {
  const outer = collected;
  const made: FieldError[] = [];
  collected = { errors: made, text: 0 };
  try {
    return validate();
  } catch (error) {
    if (!(error instanceof Enough)) throw error;
    return [
      ...made,
      { type: 'FieldValueTooMany', field: '', message: `Too many errors: only ${made.length} are shown` },
    ];
  } finally {
    collected = outer;
  }
}

/** Counts errors of an inner collection as errors of the validation that runs. */
export function adoptFieldErrors(errors: readonly FieldError[]): void {
  for (const error of errors) count(error);
}

function count(error: FieldError): void {
  if (collected === undefined) return;
  const { errors, text } = collected;
  if (errors.length >= MAX_FIELD_ERRORS || text > MAX_FIELD_ERRORS_TEXT) throw new Enough();
  errors.push(error);
  collected.text += error.field.length + error.message.length;
}

/** Every error is made here: its texts are clipped, and it counts. */
function fieldError(type: FieldErrorType, field: At, message: string): FieldError {
  const error: FieldError = { type, field: clip(String(field)), message: clip(message, MAX_MESSAGE) };
  count(error);
  return error;
}

/** Characters of a message: a value and what is said about it. */
const MAX_MESSAGE = 4 * MAX_SHOWN;

/** Renders a value as upstream's field errors do: strings quoted, objects as JSON, and nothing as "null", quoted too. */
function shown(value: unknown): string {
  return clippedJson(value ?? 'null');
}

export function required(field: At, detail = ''): FieldError {
  return fieldError('FieldValueRequired', field, detail === '' ? 'Required value' : `Required value: ${detail}`);
}

export function invalid(field: At, value: unknown, detail: string): FieldError {
  return fieldError('FieldValueInvalid', field, `Invalid value: ${shown(value)}: ${detail}`);
}

/** Of a struct as a whole, which is not shown (upstream's OmitValueType). */
export function invalidWhole(field: At, detail: string): FieldError {
  return fieldError('FieldValueInvalid', field, `Invalid value: ${detail}`);
}

export function typeInvalid(field: At, value: unknown, detail: string): FieldError {
  return fieldError('FieldValueTypeInvalid', field, `Invalid value: ${shown(value)}: ${detail}`);
}

/** `supported` is listed as given, each quoted. */
export function notSupported(field: At, value: unknown, supported: readonly string[]): FieldError {
  const values = supported.map((each) => JSON.stringify(each));
  return fieldError(
    'FieldValueNotSupported',
    field,
    `Unsupported value: ${shown(value)}: supported values: ${values.join(', ')}`,
  );
}

export function duplicate(field: At, value: unknown): FieldError {
  return fieldError('FieldValueDuplicate', field, `Duplicate value: ${shown(value)}`);
}

export function forbidden(field: At, detail: string): FieldError {
  return fieldError('FieldValueForbidden', field, `Forbidden: ${detail}`);
}

export function notFoundValue(field: At, value: unknown): FieldError {
  return fieldError('FieldValueNotFound', field, `Not found: ${shown(value)}`);
}

/** `max` in bytes. */
export function tooLong(field: At, max: number): FieldError {
  const unit = max === 1 ? 'byte' : 'bytes';
  return fieldError('FieldValueTooLong', field, `Too long: may not be more than ${max} ${unit}`);
}

export function tooMany(field: At, actual: number, max: number): FieldError {
  const unit = max === 1 ? 'item' : 'items';
  return fieldError('FieldValueTooMany', field, `Too many: ${actual}: must have at most ${max} ${unit}`);
}

/** `spec.x: Required value`; several are joined in brackets by StatusError.invalid. */
export function renderFieldError(error: FieldError): string {
  return error.field === '' ? error.message : `${error.field}: ${error.message}`;
}
