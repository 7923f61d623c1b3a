/** Validation of values, with the errors of upstream's custom resources (kube-openapi's validate, apiextensions). */
import { clippedJson } from '../clip.ts';
import { deepEqual } from '../equal.ts';
import { expression } from '../expression.ts';
import {
  adoptFieldErrors,
  collectFieldErrors,
  duplicate,
  type FieldError,
  FieldPath,
  invalid,
  notSupported,
  required,
  tooLong,
  tooMany,
  typeInvalid,
} from '../field-error.ts';
import { isInteger } from '../json.ts';
import { own } from '../own.ts';
import { hasFormat } from './formats.ts';
import type { LinkedSchema } from './link.ts';
import { Trail } from './trail.ts';

type Json = Record<string, unknown>;

export interface ValidateOptions {
  /**
   * Refuse repeated elements of lists of type set, and repeated keys in those of type map. Custom resources want it;
   * built-in kinds do not: upstream enforces there, for history's sake, only what each kind's own rules say.
   */
  uniqueLists?: boolean;
}

/** Violations of the schema, no more than collectFieldErrors tells. `path` is where `value` stands, by default the root. */
export function validateSchema(
  schema: LinkedSchema,
  value: unknown,
  path: FieldPath = new FieldPath(),
  options: ValidateOptions = {},
): FieldError[] {
  return collectFieldErrors(() => {
    const validation = new Validation(path.text, options.uniqueLists === true);
    validation.check(schema, value);
    return validation.errors;
  });
}

class Validation {
  readonly errors: FieldError[] = [];
  private readonly base: string;
  private readonly trail: Trail;
  private readonly uniqueLists: boolean;

  constructor(base: string, uniqueLists: boolean) {
    this.base = base;
    this.trail = new Trail(base);
    this.uniqueLists = uniqueLists;
  }

  check(schema: LinkedSchema, value: unknown): void {
    if (!this.checkType(schema, value) || value === null) return;
    const rules = schema.schema;
    if (rules.enum !== undefined) this.checkEnum(rules.enum, value);
    if (typeof value === 'string') this.checkString(schema, value);
    else if (typeof value === 'number' || typeof value === 'bigint') this.checkNumber(schema, value);
    else if (Array.isArray(value)) this.checkArray(schema, value);
    else if (typeof value === 'object') this.checkObject(schema, value as Json);
    this.checkJunctors(schema, value);
  }

  private checkType(schema: LinkedSchema, value: unknown): boolean {
    const { kind } = schema;
    if (kind === 'any') return true;
    if (value === null) {
      if (schema.schema.nullable === true) return true;
      return this.wrongType(typeNames(schema), 'null');
    }
    switch (kind) {
      case 'object':
        if (typeof value === 'object' && !Array.isArray(value)) return true;
        break;
      case 'array':
        if (Array.isArray(value)) return true;
        break;
      case 'string':
      case 'boolean':
        if (typeof value === kind) return true;
        break;
      case 'number':
        if (typeof value === 'number' || typeof value === 'bigint') return true;
        break;
      case 'integer':
        if (isInteger(value)) return true;
        break;
      case 'int-or-string':
        if (typeof value === 'string' || isInteger(value)) return true;
        break;
      case 'quantity':
        if (typeof value === 'string' || typeof value === 'number' || typeof value === 'bigint') return true;
        break;
    }
    const { format } = schema.schema;
    const scalar = typeof value === 'boolean' || (typeof value === 'object' && !Array.isArray(value));
    // Upstream names the format in place of the type when neither fits.
    const formatted = format !== undefined && kind !== 'int-or-string' && scalar;
    if (!formatted) return this.wrongType(typeNames(schema), typeOf(value));
    this.wrongType(format, '');
    return false;
  }

  private wrongType(expected: string, found: string): false {
    const at = this.trail.text();
    const detail = `${inBody(at)} must be of type ${expected}: ${JSON.stringify(found)}`;
    this.errors.push(typeInvalid(at, found, detail));
    return false;
  }

  private checkEnum(allowed: readonly unknown[], value: unknown): void {
    if (allowed.some((each) => deepEqual(each, value))) return;
    const values = allowed.map((each) => (typeof each === 'string' ? each : JSON.stringify(each)));
    this.errors.push(notSupported(this.trail.text(), value, values));
  }

  private checkString({ schema, kind }: LinkedSchema, value: string): void {
    const { maxLength, minLength, pattern, format } = schema;
    if (maxLength !== undefined && characters(value) > maxLength) {
      this.errors.push(tooLong(this.trail.text(), maxLength));
    }
    if (minLength !== undefined && characters(value) < minLength) {
      this.report(value, `should be at least ${minLength} chars long`);
    }
    if (pattern !== undefined) this.checkPattern(pattern, value);
    if (format !== undefined && kind === 'string' && !hasFormat(value, format)) {
      const at = this.trail.text();
      const detail = `${inBody(at)} must be of type ${format}: ${clippedJson(value)}`;
      this.errors.push(typeInvalid(at, value, detail));
    }
  }

  private checkPattern(pattern: string, value: string): void {
    const compiled = expression(pattern);
    if (typeof compiled === 'string')
      this.report(value, `should match '${pattern}, but pattern is invalid: ${compiled}'`);
    else if (!compiled.test(value)) this.report(value, `should match '${pattern}'`);
  }

  private checkNumber({ schema }: LinkedSchema, value: number | bigint): void {
    const { maximum, minimum, multipleOf, exclusiveMaximum, exclusiveMinimum } = schema;
    if (maximum !== undefined && (exclusiveMaximum === true ? value >= maximum : value > maximum)) {
      this.report(value, `should be less than ${exclusiveMaximum === true ? '' : 'or equal to '}${maximum}`);
    }
    if (minimum !== undefined && (exclusiveMinimum === true ? value <= minimum : value < minimum)) {
      this.report(value, `should be greater than ${exclusiveMinimum === true ? '' : 'or equal to '}${minimum}`);
    }
    if (multipleOf !== undefined) {
      // As upstream: 1/0.1 is exact where 0.3/0.1 is not.
      const quotient = multipleOf < 1 ? (1 / multipleOf) * Number(value) : Number(value) / multipleOf;
      if (!Number.isInteger(quotient)) this.report(value, `should be a multiple of ${multipleOf}`);
    }
  }

  private checkArray({ schema, items }: LinkedSchema, value: readonly unknown[]): void {
    const { minItems, maxItems, uniqueItems } = schema;
    if (minItems !== undefined && value.length < minItems) {
      this.report(value.length, `should have at least ${minItems} items`);
    }
    if (maxItems !== undefined && value.length > maxItems) {
      this.errors.push(tooMany(this.trail.text(), value.length, maxItems));
    }
    if (uniqueItems === true && repeated(value).length > 0) this.report('', "shouldn't contain duplicates");
    if (this.uniqueLists) this.checkUniqueList(schema, value);
    if (items === undefined) return;
    for (let index = 0; index < value.length; index += 1) {
      this.trail.enter(index);
      this.check(items, value[index]);
      this.trail.leave();
    }
  }

  private checkUniqueList(schema: LinkedSchema['schema'], value: readonly unknown[]): void {
    const type = schema['x-kubernetes-list-type'];
    if (type === 'set') {
      for (const index of repeated(value)) this.errors.push(duplicate(this.trail.text(index), value[index]));
      return;
    }
    if (type !== 'map') return;
    const names = schema['x-kubernetes-list-map-keys'] ?? [];
    const keys = value.map((item) => {
      const entry = (item ?? {}) as Json;
      return Object.fromEntries(names.filter((name) => Object.hasOwn(entry, name)).map((name) => [name, entry[name]]));
    });
    for (const index of repeated(keys)) this.errors.push(duplicate(this.trail.text(index), keys[index]));
  }

  private checkObject(schema: LinkedSchema, value: Json): void {
    const { minProperties, maxProperties, required: needed, additionalProperties } = schema.schema;
    if (minProperties !== undefined || maxProperties !== undefined) {
      const size = Object.keys(value).length;
      if (minProperties !== undefined && size < minProperties) {
        this.report(size, `should have at least ${minProperties} properties`);
      }
      if (maxProperties !== undefined && size > maxProperties) {
        this.errors.push(tooMany(this.trail.text(), size, maxProperties));
      }
    }
    for (const key of Object.keys(value)) {
      const field = schema.properties.get(key) ?? schema.additional;
      if (field !== undefined) {
        this.trail.enter(key);
        this.check(field, value[key]);
        this.trail.leave();
      } else if (additionalProperties === false) {
        const at = this.trail.text();
        this.errors.push(invalid(at, '', `${at}.${key} in body is a forbidden property`));
      }
    }
    for (const key of needed ?? []) {
      if (own(value, key) === undefined) this.errors.push(required(this.trail.text(key)));
    }
  }

  private checkJunctors(schema: LinkedSchema, value: unknown): void {
    const { kind } = schema;
    if (schema.anyOf.length > 0 && kind !== 'int-or-string' && kind !== 'quantity') {
      this.checkAnyOf(schema.anyOf, value);
    }
    if (schema.oneOf.length > 0) this.checkOneOf(schema.oneOf, value);
    if (schema.allOf.length > 0) this.checkAllOf(schema.allOf, value);
    if (schema.not !== undefined && this.attempt(schema.not, value).length === 0) {
      this.composite('must not validate the schema (not)');
    }
  }

  private checkAnyOf(alternatives: readonly LinkedSchema[], value: unknown): void {
    let closest: FieldError[] | undefined;
    for (const alternative of alternatives) {
      const errors = this.attempt(alternative, value);
      if (errors.length === 0) return;
      if (closest === undefined || errors.length < closest.length) closest = errors;
    }
    this.composite('must validate at least one schema (anyOf)');
    this.adopt(closest ?? []);
  }

  private checkOneOf(alternatives: readonly LinkedSchema[], value: unknown): void {
    const results = alternatives.map((alternative) => this.attempt(alternative, value));
    const valid = results.filter((errors) => errors.length === 0).length;
    if (valid === 1) return;
    const found = valid === 0 ? 'Found none valid' : `Found ${valid} valid alternatives`;
    this.composite(`must validate one and only one schema (oneOf). ${found}`);
    if (valid === 0) this.adopt(results.reduce((a, b) => (b.length < a.length ? b : a)));
  }

  private checkAllOf(parts: readonly LinkedSchema[], value: unknown): void {
    const results = parts.map((part) => this.attempt(part, value));
    const failed = results.filter((errors) => errors.length > 0).length;
    if (failed === 0) return;
    this.adopt(results.flat());
    this.composite(`must validate all the schemas (allOf)${failed === parts.length ? '. None validated' : ''}`);
  }

  /** The errors of one alternative, not yet counted as errors of the whole; no more than are told of a whole. */
  private attempt(schema: LinkedSchema, value: unknown): FieldError[] {
    const before = this.errors.length;
    const depth = this.trail.depth;
    const errors = collectFieldErrors(() => {
      this.check(schema, value);
      return this.errors.slice(before);
    });
    this.errors.length = before;
    this.trail.leaveTo(depth);
    return errors;
  }

  private adopt(errors: readonly FieldError[]): void {
    adoptFieldErrors(errors);
    for (const error of errors) this.errors.push(error);
  }

  /** Upstream loses the path of these and shows Go's nil in its place. */
  private composite(detail: string): void {
    const field = this.base === '' ? '<nil>' : this.base;
    this.errors.push(invalid(field, '', `${JSON.stringify(this.trail.text())} ${detail}`));
  }

  private report(value: unknown, detail: string): void {
    const at = this.trail.text();
    this.errors.push(invalid(at, value, `${inBody(at)} ${detail}`));
  }
}

function inBody(at: string): string {
  return `${at} in body`;
}

function typeNames({ kind, schema }: LinkedSchema): string {
  if (kind === 'int-or-string') return 'integer,string';
  return kind === 'quantity' ? 'number,string' : (schema.type ?? kind);
}

/** A value's type in the words of JSON schema. */
function typeOf(value: unknown): string {
  if (Array.isArray(value)) return 'array';
  if (isInteger(value)) return 'integer';
  return typeof value;
}

/** Length in code points, as upstream counts. */
function characters(text: string): number {
  let count = 0;
  for (const _ of text) count += 1;
  return count;
}

/** For each value that occurs again, the index at which it does first. */
function repeated(values: readonly unknown[]): number[] {
  const seen = new Map<string, number>();
  const indices: number[] = [];
  values.forEach((value, index) => {
    const text = JSON.stringify(sorted(value));
    const times = seen.get(text) ?? 0;
    if (times === 1) indices.push(index);
    seen.set(text, times + 1);
  });
  return indices;
}

/** The same value with its keys in order, so that equal values have equal texts. */
function sorted(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(sorted);
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, inside]) => [key, sorted(inside)]));
}
