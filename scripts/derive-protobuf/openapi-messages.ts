/** Descriptors of the messages that OpenAPI v2 documents are in protobuf, from the Go types that kubectl reads them into. */
import type { OpenApiMessage, ProtobufField, ProtobufScalar } from '../../src/meta/protobuf/descriptors.ts';
import { type GoField, type GoType, nameOf } from './go-types.ts';

const PACKAGE = 'github.com/google/gnostic-models/openapiv2';
const ROOT = 'Document';
/** Any value. Beside its text there is a second form for it, of another package, which Kubernetes leaves empty. */
const ANY: OpenApiMessage['fields'][number] = { name: '', scalar: 'json' };
const ANY_TEXT = 'yaml';

const SCALARS: Partial<Record<GoType['kind'], ProtobufScalar>> = {
  bool: 'bool',
  int64: 'int64',
  float64: 'double',
  string: 'string',
};

/** All messages that a document leads to, sorted by name. Throws when a type is not of a shape that is known here. */
export function deriveOpenApiMessages(structs: ReadonlyMap<string, GoType>): Record<string, OpenApiMessage> {
  const messages = new Map<string, OpenApiMessage>();
  const pending = [ROOT];
  for (let name = pending.pop(); name !== undefined; name = pending.pop()) {
    if (messages.has(name)) continue;
    const message = describe(name, structs);
    messages.set(name, message);
    for (const { message: inner } of Object.values(message.fields)) if (inner !== undefined) pending.push(inner);
  }
  return Object.fromEntries([...messages].sort(([a], [b]) => (a < b ? -1 : 1)));
}

function describe(name: string, structs: ReadonlyMap<string, GoType>): OpenApiMessage {
  const goFields = structOf(name, structs).fields();
  const oneOf = goFields.some((field) => field.tag('protobuf_oneof') !== undefined);
  const tagged = (oneOf ? alternativesOf(name, structs) : goFields).filter(
    (each) => each.tag('protobuf') !== undefined,
  );
  if (name === 'Any') {
    const text = tagged.find((each) => tagOf(each).property === ANY_TEXT);
    if (text === undefined) throw new Error(`${name} has no ${ANY_TEXT}`);
    return { fields: { [tagOf(text).number]: ANY } };
  }
  const fields: Record<number, OpenApiMessage['fields'][number]> = {};
  for (const goField of tagged) {
    const { number } = tagOf(goField);
    if (fields[number] !== undefined) throw new Error(`${name} has two fields ${number}`);
    fields[number] = describeField(goField, tagged.length === 1);
  }
  if (tagged.length === 0) throw new Error(`${name} has no fields`);
  return oneOf ? { oneOf, fields } : { fields };
}

/** Go holds each alternative of a oneof in a struct `<message>_<field>` of one field. */
function alternativesOf(name: string, structs: ReadonlyMap<string, GoType>): GoField[] {
  const prefix = `${PACKAGE}.${name}_`;
  return [...structs]
    .filter(([each]) => each.startsWith(prefix))
    .map(([each, type]) => {
      const [field, ...others] = type.fields();
      if (field === undefined || others.length > 0 || tagOf(field).options.includes('oneof') === false) {
        throw new Error(`${each} is not an alternative of ${name}`);
      }
      return field;
    });
}

function describeField(field: GoField, alone: boolean): OpenApiMessage['fields'][number] {
  const { property } = tagOf(field);
  if (field.type.kind !== 'slice') return { name: property, ...contentOf(field.type) };
  const element = field.type.element();
  const value = element.kind === 'pointer' ? mapValueOf(element.element()) : undefined;
  if (value !== undefined) {
    return { name: property === 'vendorExtension' ? 'x-' : '', repeated: 'map', ...contentOf(value) };
  }
  // A message of nothing but a list stands for it, or for its one element.
  return { name: alone ? '' : property, repeated: 'list', ...contentOf(element) };
}

/** Entries of what JSON has as an object are messages Named… of a name and a value: on the wire, entries of a map. */
function mapValueOf(type: GoType): GoType | undefined {
  if (!nameOf(type).startsWith(`${PACKAGE}.Named`)) return undefined;
  const fields = type.fields().filter((each) => each.tag('protobuf') !== undefined);
  const [key, value, ...others] = fields.map((each) => ({ ...tagOf(each), type: each.type }));
  if (key?.property !== 'name' || key.number !== 1 || value?.property !== 'value' || value.number !== 2) {
    throw new Error(`${type.text} is no entry of a map`);
  }
  if (others.length > 0) throw new Error(`${type.text} has more than a name and a value`);
  return value.type;
}

function contentOf(type: GoType): Pick<ProtobufField, 'scalar' | 'message'> {
  const scalar = SCALARS[type.kind];
  if (scalar !== undefined) return { scalar };
  const target = type.kind === 'pointer' ? type.element() : type;
  if (target.kind !== 'struct' || target.packagePath !== PACKAGE) {
    throw new Error(`the derivation does not know how ${type.text} is encoded`);
  }
  return { message: nameOf(target).slice(PACKAGE.length + 1) };
}

/** The number, and the name in OpenAPI: `json=` where it differs from the message's; `_ref` is what spells `$ref`. */
function tagOf(field: GoField): { number: number; property: string; options: string[] } {
  const [, number, ...options] = (field.tag('protobuf') ?? '').split(',');
  const option = (key: string) => options.find((each) => each.startsWith(`${key}=`))?.slice(key.length + 1);
  const name = option('name');
  const property = name?.startsWith('_') ? `$${name.slice(1)}` : (option('json') ?? name);
  if (!Number.isInteger(Number(number)) || property === undefined) {
    throw new Error(`${field.name} has no field number or name: ${field.tag('protobuf')}`);
  }
  return { number: Number(number), property, options };
}

function structOf(name: string, structs: ReadonlyMap<string, GoType>): GoType {
  const type = structs.get(`${PACKAGE}.${name}`);
  if (type === undefined) throw new Error(`the program has no type for ${PACKAGE}.${name}`);
  return type;
}
