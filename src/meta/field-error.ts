/** Validation errors with field paths, worded as upstream's k8s.io/apimachinery/pkg/util/validation/field. */

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

/** Renders a value as upstream's field errors do: strings quoted, objects as JSON, and nothing as "null", quoted too. */
function shown(value: unknown): string {
  return JSON.stringify(value ?? 'null');
}

export function required(field: At, detail = ''): FieldError {
  return {
    type: 'FieldValueRequired',
    field: String(field),
    message: detail === '' ? 'Required value' : `Required value: ${detail}`,
  };
}

export function invalid(field: At, value: unknown, detail: string): FieldError {
  return { type: 'FieldValueInvalid', field: String(field), message: `Invalid value: ${shown(value)}: ${detail}` };
}

export function typeInvalid(field: At, value: unknown, detail: string): FieldError {
  return { type: 'FieldValueTypeInvalid', field: String(field), message: `Invalid value: ${shown(value)}: ${detail}` };
}

/** `supported` is listed as given, each quoted. */
export function notSupported(field: At, value: unknown, supported: readonly string[]): FieldError {
  const values = supported.map((each) => JSON.stringify(each));
  return {
    type: 'FieldValueNotSupported',
    field: String(field),
    message: `Unsupported value: ${shown(value)}: supported values: ${values.join(', ')}`,
  };
}

export function duplicate(field: At, value: unknown): FieldError {
  return { type: 'FieldValueDuplicate', field: String(field), message: `Duplicate value: ${shown(value)}` };
}

export function forbidden(field: At, detail: string): FieldError {
  return { type: 'FieldValueForbidden', field: String(field), message: `Forbidden: ${detail}` };
}

export function notFoundValue(field: At, value: unknown): FieldError {
  return { type: 'FieldValueNotFound', field: String(field), message: `Not found: ${shown(value)}` };
}

/** `max` in bytes. */
export function tooLong(field: At, max: number): FieldError {
  const unit = max === 1 ? 'byte' : 'bytes';
  return { type: 'FieldValueTooLong', field: String(field), message: `Too long: may not be more than ${max} ${unit}` };
}

export function tooMany(field: At, actual: number, max: number): FieldError {
  const unit = max === 1 ? 'item' : 'items';
  return {
    type: 'FieldValueTooMany',
    field: String(field),
    message: `Too many: ${actual}: must have at most ${max} ${unit}`,
  };
}

/** `spec.x: Required value`; several are joined in brackets by StatusError.invalid. */
export function renderFieldError(error: FieldError): string {
  return error.field === '' ? error.message : `${error.field}: ${error.message}`;
}
