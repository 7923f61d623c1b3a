/** Structural schemas (upstream: apiextensions/schema): what a schema must be for its objects to be pruned and defaulted. */
import { expression } from '../../meta/expression.ts';
import { type FieldError, type FieldPath, forbidden, invalid, notSupported, required } from '../../meta/field-error.ts';
import type { SchemaProps } from './types.ts';

type Props = SchemaProps & Record<string, unknown>;

const TYPES = ['array', 'boolean', 'integer', 'number', 'object', 'string'];
/** A schema of 1 MB holds some tens of thousands: the walk is of its size. */
const MAX_DEPTH = 100;
const JUNCTORS = ['allOf', 'anyOf', 'oneOf'] as const;
/** What only the structure itself may say, not its junctors. */
const STRUCTURE = ['type', 'default', 'nullable', 'description', 'title', 'additionalProperties'] as const;

export function validateStructure(schema: SchemaProps, at: FieldPath): FieldError[] {
  const errors: FieldError[] = [];
  if (schema.type !== 'object') {
    errors.push(
      schema.type
        ? invalid(at.child('type'), schema.type, 'must be object at the root')
        : required(at.child('type'), 'must not be empty at the root'),
    );
  }
  if (schema['x-kubernetes-embedded-resource'] === true) {
    errors.push(forbidden(at.child('x-kubernetes-embedded-resource'), 'must not be true at the root'));
  }
  walk(schema as Props, at, 0, errors);
  return errors;
}

function walk(schema: Props, at: FieldPath, depth: number, errors: FieldError[]): void {
  if (depth > MAX_DEPTH) {
    errors.push(invalid(at, '', `must not nest deeper than ${MAX_DEPTH}`));
    return;
  }
  const intOrString = schema['x-kubernetes-int-or-string'] === true;
  const anything = intOrString || schema['x-kubernetes-preserve-unknown-fields'] === true;
  if (!schema.type) {
    if (!anything && depth > 0)
      errors.push(required(at.child('type'), 'must not be empty for specified object fields'));
  } else if (intOrString) {
    errors.push(invalid(at.child('type'), schema.type, 'must be empty if x-kubernetes-int-or-string is true'));
  } else if (!TYPES.includes(schema.type)) errors.push(notSupported(at.child('type'), schema.type, TYPES));
  if (schema.$ref) errors.push(forbidden(at.child('$ref'), "$ref isn't supported"));
  if (schema.uniqueItems === true) {
    errors.push(
      forbidden(
        at.child('uniqueItems'),
        'uniqueItems cannot be set to true since the runtime complexity becomes quadratic',
      ),
    );
  }
  const isArray = schema.type === 'array';
  if (isArray && schema.items === undefined) errors.push(required(at.child('items'), 'must be specified'));
  if (schema.properties !== undefined && schema.additionalProperties !== undefined) {
    errors.push(
      forbidden(at.child('additionalProperties'), 'additionalProperties and properties are mutual exclusive'),
    );
  }
  if (schema.pattern !== undefined) {
    const compiled = expression(schema.pattern);
    if (typeof compiled === 'string') {
      errors.push(
        invalid(at.child('pattern'), schema.pattern, `must be a valid regular expression, but isn't: ${compiled}`),
      );
    }
  }
  const listType = schema['x-kubernetes-list-type'] as string | undefined;
  if (listType !== undefined) {
    if (!isArray)
      errors.push(invalid(at.child('type'), schema.type ?? '', 'must be array if x-kubernetes-list-type is specified'));
    if (!['atomic', 'set', 'map'].includes(listType)) {
      errors.push(notSupported(at.child('x-kubernetes-list-type'), listType, ['atomic', 'map', 'set']));
    }
    const keys = (schema['x-kubernetes-list-map-keys'] as string[] | undefined) ?? [];
    if (listType === 'map' && keys.length === 0) {
      errors.push(
        required(at.child('x-kubernetes-list-map-keys'), 'must not be empty if x-kubernetes-list-type is map'),
      );
    }
  }
  for (const junctor of JUNCTORS) {
    for (const [index, each] of ((schema[junctor] as Props[] | undefined) ?? []).entries()) {
      if (!intOrString) checkJunctor(each, at.child(junctor).index(index), errors);
    }
  }
  if (schema.not !== undefined) checkJunctor(schema.not as Props, at.child('not'), errors);
  if (schema.items !== undefined && typeof schema.items === 'object') {
    walk(schema.items as Props, at.child('items'), depth + 1, errors);
  }
  for (const [name, each] of Object.entries((schema.properties as Record<string, Props> | undefined) ?? {})) {
    // What every object has is checked as such, whatever is said of it here.
    if (depth === 0 && name === 'metadata') {
      checkMetadata(each, at.child('properties').key(name), errors);
      continue;
    }
    walk(each, at.child('properties').key(name), depth + 1, errors);
  }
  if (typeof schema.additionalProperties === 'object' && schema.additionalProperties !== null) {
    walk(schema.additionalProperties as Props, at.child('additionalProperties'), depth + 1, errors);
  }
}

function checkMetadata(schema: Props, at: FieldPath, errors: FieldError[]): void {
  if (schema.type !== 'object') errors.push(invalid(at.child('type'), schema.type ?? '', 'must be object'));
  for (const name of Object.keys((schema.properties as object | undefined) ?? {})) {
    if (name !== 'name' && name !== 'generateName') {
      errors.push(
        forbidden(
          at,
          'must not specify anything other than name and generateName, but metadata is implicitly specified',
        ),
      );
      return;
    }
  }
}

function checkJunctor(schema: Props, at: FieldPath, errors: FieldError[]): void {
  for (const field of STRUCTURE) {
    if (schema[field] !== undefined && schema[field] !== '' && schema[field] !== false) {
      errors.push(forbidden(at.child(field), 'must be empty to be structural'));
    }
  }
}
