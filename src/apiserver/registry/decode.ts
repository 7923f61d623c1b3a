/** From a decoded body to an object of the definition's kind: type, unknown and duplicate fields, nulls. */
import { clip } from '../../meta/clip.ts';
import { apiVersionOf, type UnknownObject } from '../../meta/object.ts';
import { canonicalize } from '../../meta/schema/canonical.ts';
import type { Decoded } from '../../meta/schema/decode.ts';
import { pruneUnknown, unknownFields } from '../../meta/schema/fields.ts';
import { jsonKind } from '../../meta/schema/go-types.ts';
import { link } from '../../meta/schema/link.ts';
import { dropNulls, inspectTypes } from '../../meta/schema/type-errors.ts';
import { StatusError } from '../../meta/status-error.ts';
import type { FieldValidation } from '../request/options.ts';
import type { BodyKind } from './contract.ts';

/** Warnings of one request upstream keeps to; more are dropped so that headers stay small. */
const MAX_FIELD_WARNINGS = 100;

/**
 * The first stage of a write: checks that what was sent is of the definition's kind, refuses values of a wrong type (400,
 * in the words of Go's decoder), treats unknown and duplicate fields as `validation` says, and prunes. Returns the value
 * itself, changed in place.
 */
export function decode(
  definition: BodyKind,
  { value, duplicates }: Decoded,
  validation: FieldValidation,
  warn: (message: string) => void,
): UnknownObject {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw cannotBeHandled(definition, 'json: cannot unmarshal the body into an object');
  }
  const object = value as UnknownObject;
  checkType(definition, object);
  object.metadata ??= {};

  const schema = link(definition.schema, definition.definitions);
  // Of a custom resource, decoding looks at the metadata alone.
  const looked = definition.custom === true ? schema.properties.get('metadata') : schema;
  const held = definition.custom === true ? object.metadata : object;
  if (looked !== undefined) {
    const { error, nulls } = inspectTypes(looked, held);
    if (error !== undefined) throw cannotBeHandled(definition, error);
    if (nulls) dropNulls(looked, held);
    canonicalize(looked, held);
  }
  object.metadata ??= {};

  const unknown = unknownFields(schema, object);
  if (unknown.length > 0) pruneUnknown(schema, object);
  if (validation !== 'Ignore' && (unknown.length > 0 || duplicates.length > 0)) {
    const problems = [...duplicates, ...unknown];
    if (validation === 'Strict') throw cannotBeHandled(definition, `strict decoding error: ${problems.join(', ')}`);
    for (const problem of problems.slice(0, MAX_FIELD_WARNINGS)) warn(problem);
  }
  return object;
}

function cannotBeHandled(definition: BodyKind, why: string): StatusError {
  const { kind, version } = definition;
  return StatusError.badRequest(`${kind} in version ${JSON.stringify(version)} cannot be handled as a ${kind}: ${why}`);
}

/** Fills in apiVersion and kind where they are absent, and refuses others than the path's. */
function checkType(definition: BodyKind, object: UnknownObject): void {
  const expected = apiVersionOf(definition.group, definition.version);
  const [apiVersion, kind] = [typeText(object, 'apiVersion'), typeText(object, 'kind')];
  if (apiVersion !== '' && apiVersion !== expected) {
    throw StatusError.badRequest(
      `the API version in the data (${clip(apiVersion)}) does not match the expected API version (${expected})`,
    );
  }
  if (kind !== '' && kind !== definition.kind) {
    const version = definition.version;
    throw StatusError.badRequest(
      `${clip(kind)} in version ${JSON.stringify(version)} cannot be handled as a ${definition.kind}: ` +
        `converting (${version}.${clip(kind)}) to (${version}.${definition.kind}): unknown conversion`,
    );
  }
  object.apiVersion = expected;
  object.kind = definition.kind;
}

/** '' when it is absent or null. Throws 400 in the words of upstream's first look at a body. */
function typeText(object: UnknownObject, field: 'apiVersion' | 'kind'): string {
  const value: unknown = object[field] ?? '';
  if (typeof value === 'string') return value;
  throw StatusError.badRequest(
    "couldn't get version/kind; json parse error: " +
      `json: cannot unmarshal ${jsonKind(value)} into Go struct field .${field} of type string`,
  );
}
