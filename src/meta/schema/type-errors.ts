/** What Go's decoder would make of a value meant for a built-in kind: its errors, and its treatment of nulls. */

import { spellingOf } from '../json.ts';
import { setOwn } from '../own.ts';
import { parseQuantity, QuantityError } from '../quantity.ts';
import { goType, jsonKind, structName } from './go-types.ts';
import type { LinkedSchema } from './link.ts';
import { base64Error, timeError } from './scalars.ts';
import { Trail } from './trail.ts';

type Json = Record<string, unknown>;

const INT32_MAX = 2 ** 31;
const INT64_MAX = 2 ** 63;

/** Finds the first error, in document order. `struct` is the nearest type around that is a Go struct. */
class Finder {
  /** Whether there was a null, where the schema says what it means. */
  nulls = false;
  private readonly trail = new Trail();
  /** Where the value that is looked at stands. */
  private holder: object = {};
  private key: string | number = '';

  private spelling(): string | undefined {
    return spellingOf(this.holder, this.key);
  }

  find(schema: LinkedSchema, value: unknown, struct: string): string | undefined {
    if (value === null) this.nulls = true;
    if (value === null || value === undefined) return undefined;
    switch (schema.kind) {
      case 'object':
        if (typeof value !== 'object' || Array.isArray(value)) return this.mismatch(schema, jsonKind(value), struct);
        return this.inObject(schema, value as Json, struct);
      case 'array':
        if (!Array.isArray(value)) return this.mismatch(schema, jsonKind(value), struct);
        return this.inArray(schema.items, value, struct);
      case 'string':
        return this.inString(schema, value, struct);
      case 'boolean':
        return typeof value === 'boolean' ? undefined : this.mismatch(schema, jsonKind(value), struct);
      case 'integer':
        return this.inInteger(schema, value, struct);
      case 'number':
        return jsonKind(value) === 'number' ? undefined : this.mismatch(schema, jsonKind(value), struct);
      case 'int-or-string':
        return intOrStringError(value, this.spelling());
      case 'quantity':
        return quantityError(value);
      case 'any':
        return undefined;
    }
  }

  private inObject(schema: LinkedSchema, value: Json, struct: string): string | undefined {
    const isStruct = schema.properties.size > 0;
    const holder = isStruct ? structName(schema) : struct;
    for (const key of Object.keys(value)) {
      const field = schema.properties.get(key) ?? schema.additional;
      if (field === undefined) continue;
      // A map's keys are data: Go's decoder names fields alone.
      if (isStruct) this.trail.enter(key);
      this.holder = value;
      this.key = key;
      const error = this.find(field, value[key], holder);
      if (error !== undefined) return error;
      if (isStruct) this.trail.leave();
    }
    return undefined;
  }

  private inArray(items: LinkedSchema | undefined, value: readonly unknown[], struct: string): string | undefined {
    if (items === undefined) return undefined;
    for (let index = 0; index < value.length; index += 1) {
      this.holder = value;
      this.key = index;
      const error = this.find(items, value[index], struct);
      if (error !== undefined) return error;
    }
    return undefined;
  }

  private inString(schema: LinkedSchema, value: unknown, struct: string): string | undefined {
    const { format } = schema.schema;
    if (format === 'date-time') {
      if (typeof value === 'string') return timeError(value, schema.time === 'micros');
      return `json: cannot unmarshal ${jsonKind(value)} into Go value of type string`;
    }
    if (typeof value !== 'string') return this.mismatch(schema, jsonKind(value), struct);
    return format === 'byte' ? base64Error(value) : undefined;
  }

  private inInteger(schema: LinkedSchema, value: unknown, struct: string): string | undefined {
    if (typeof value === 'bigint' && schema.schema.format !== 'int32') return undefined;
    if (typeof value !== 'number') {
      return this.mismatch(schema, typeof value === 'bigint' ? `number ${value}` : jsonKind(value), struct);
    }
    const max = schema.schema.format === 'int32' ? INT32_MAX : INT64_MAX;
    const spelling = this.spelling();
    if (spelling === undefined && Number.isInteger(value) && value >= -max && value < max) return undefined;
    return this.mismatch(schema, `number ${spelling ?? value}`, struct);
  }

  private mismatch(schema: LinkedSchema, found: string, struct: string): string {
    const names = this.trail.names();
    const where = names === '' ? 'Go value' : `Go struct field ${struct}.${names}`;
    return `json: cannot unmarshal ${found} into ${where} of type ${goType(schema)}`;
  }
}

function intOrStringError(value: unknown, spelling: string | undefined): string | undefined {
  if (typeof value === 'string') return undefined;
  const fits = typeof value === 'number' && Number.isInteger(value) && value >= -INT32_MAX && value < INT32_MAX;
  if (fits && spelling === undefined) return undefined;
  const found = jsonKind(value) === 'number' ? `number ${spelling ?? value}` : jsonKind(value);
  return `json: cannot unmarshal ${found} into Go value of type int32`;
}

function quantityError(value: unknown): string | undefined {
  const text = typeof value === 'string' || typeof value === 'number' ? value : JSON.stringify(value);
  try {
    parseQuantity(text);
    return undefined;
  } catch (error) {
    if (error instanceof QuantityError) return error.message;
    throw error;
  }
}

/**
 * The first value that a built-in kind cannot hold, in the words of Go's decoder, e.g.
 * `json: cannot unmarshal string into Go struct field DeploymentSpec.spec.replicas of type int32`. Also malformed
 * quantities, times and base64, which upstream's types refuse while decoding.
 */
export function typeErrors(schema: LinkedSchema, value: unknown): string | undefined {
  return inspectTypes(schema, value).error;
}

/** As typeErrors, and whether the value has nulls for `dropNulls`: a large map is gone through once less. */
export function inspectTypes(schema: LinkedSchema, value: unknown): { error: string | undefined; nulls: boolean } {
  const finder = new Finder();
  const error = finder.find(schema, value, '');
  return { error, nulls: finder.nulls };
}

/** Go's zero value, which a null in a list or map becomes; null itself for what Go holds by pointer. */
function zero(schema: LinkedSchema): unknown {
  switch (schema.kind) {
    case 'string':
      // No bytes are what they are read back as, whatever Go's encoder says before they are stored.
      return schema.schema.format === 'date-time' ? null : '';
    case 'integer':
    case 'number':
      return 0;
    case 'boolean':
      return false;
    case 'quantity':
      return '0';
    case 'int-or-string':
      return 0;
    case 'object':
      return schema.properties.size > 0 ? {} : null;
    default:
      return null;
  }
}

/**
 * Makes of nulls, in place, what Go's decoder makes of them: a null property is an absent one, a null in a list or map
 * the zero value of its type. Free-form JSON keeps its nulls.
 */
export function dropNulls(schema: LinkedSchema, value: unknown): void {
  if (typeof value !== 'object' || value === null) return;
  if (Array.isArray(value)) {
    const { items } = schema;
    if (items === undefined) return;
    for (let index = 0; index < value.length; index += 1) {
      if (value[index] === null) value[index] = zero(items);
      else if (typeof value[index] === 'object') dropNulls(items, value[index]);
    }
    return;
  }
  const object = value as Json;
  for (const key of Object.keys(object)) {
    const property = schema.properties.get(key);
    const field = property ?? schema.additional;
    if (field === undefined || typeof object[key] !== 'object') continue;
    if (object[key] !== null) dropNulls(field, object[key]);
    else if (property === undefined) setOwn(object, key, zero(field));
    else if (field.schema.nullable !== true) delete object[key];
  }
}
