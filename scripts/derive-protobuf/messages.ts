/** Descriptors of protobuf messages from the Go types that upstream generates its own encoders from. */
import type {
  ProtobufField,
  ProtobufForm,
  ProtobufMessage,
  ProtobufScalar,
} from '../../src/meta/protobuf/descriptors.ts';
import { type GoField, type GoType, nameOf } from './go-types.ts';

const META = 'io.k8s.apimachinery.pkg.apis.meta.v1';

interface Special {
  form: ProtobufForm;
  /** The definition that says how it is encoded; absent: its own fields. */
  encodedAs?: string;
  /** Where upstream's encoder is written by hand, so that no tag says the number. */
  fields?: ProtobufMessage['fields'];
}

/** Types that encode themselves to JSON. Any other that does so is refused. */
const SPECIAL: Readonly<Record<string, Special>> = {
  [`${META}.Time`]: { form: 'time', encodedAs: `${META}.Timestamp` },
  [`${META}.MicroTime`]: { form: 'micro-time', encodedAs: `${META}.Timestamp` },
  [`${META}.FieldsV1`]: { form: 'json' },
  'io.k8s.apimachinery.pkg.runtime.RawExtension': { form: 'json' },
  'io.k8s.apimachinery.pkg.util.intstr.IntOrString': { form: 'int-or-string' },
  'io.k8s.apimachinery.pkg.api.resource.Quantity': {
    form: 'quantity',
    fields: { 1: { name: 'string', scalar: 'string' } },
  },
};

const SCALARS: Partial<Record<GoType['kind'], ProtobufScalar>> = {
  bool: 'bool',
  int32: 'int32',
  int64: 'int64',
  float64: 'double',
  string: 'string',
};

/**
 * The messages of `roots` (definition names) and all that they hold, sorted by name. Throws when a root is not among the
 * program's types, or a type is of a shape that upstream's encoders do not know.
 */
export function deriveMessages(
  structs: ReadonlyMap<string, GoType>,
  roots: readonly string[],
): Record<string, ProtobufMessage> {
  const types = new Map([...structs].map(([name, type]) => [definitionName(name), type]));
  const messages = new Map<string, ProtobufMessage>();
  const pending = roots.map((name) => {
    const type = types.get(name);
    if (type === undefined) throw new Error(`the program has no type for ${name}`);
    return type;
  });
  for (let type = pending.pop(); type !== undefined; type = pending.pop()) {
    const name = definitionName(nameOf(type));
    if (!messages.has(name)) messages.set(name, describe(name, type, types, pending));
  }
  return Object.fromEntries([...messages].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** `io.k8s.api.core.v1.ConfigMap` for `k8s.io/api/core/v1.ConfigMap`, as upstream names its definitions. */
export function definitionName(goName: string): string {
  const [host = '', ...path] = goName.split('/');
  return [...host.split('.').reverse(), ...path].join('.');
}

function describe(name: string, type: GoType, types: ReadonlyMap<string, GoType>, pending: GoType[]): ProtobufMessage {
  if (type.kind === 'slice') {
    // Upstream wraps lists that are map values or may be null in a message of one field (protobuf.nullable).
    return { form: 'items', fields: { 1: { name: 'items', repeated: 'list', ...contentOf(type.element(), pending) } } };
  }
  const special = SPECIAL[name];
  if (special === undefined && type.methods().includes('MarshalJSON')) {
    throw new Error(`${name} has a JSON form of its own, which the derivation does not know`);
  }
  if (special?.fields !== undefined) return { form: special.form, fields: special.fields };
  const encoded = special?.encodedAs === undefined ? type : types.get(special.encodedAs);
  if (encoded === undefined) throw new Error(`the program has no type for ${special?.encodedAs}`);
  const fields: Record<number, ProtobufField> = {};
  for (const field of encoded.fields()) {
    const tag = field.tag('protobuf');
    if (tag === undefined || tag === '-') continue;
    const number = tag.split(',')[1];
    const described = describeField(field, special?.form === 'json', pending);
    if (!Number.isInteger(Number(number)) || fields[Number(number)] !== undefined) {
      throw new Error(`${name} has no field number for ${field.name}, or one that is taken: ${tag}`);
    }
    fields[Number(number)] = described;
  }
  return special === undefined ? { fields } : { form: special.form, fields };
}

function describeField(field: GoField, holdsJson: boolean, pending: GoType[]): ProtobufField {
  const [jsonName = '', ...options] = (field.tag('json') ?? '').split(',');
  const inline = field.embedded && jsonName === '';
  const name = inline ? '' : jsonName === '' || jsonName === '-' ? field.name : jsonName;
  const { type } = field;
  if (holdsJson) return { name, scalar: 'json' };
  if (type.kind === 'map') {
    if (type.key().kind !== 'string') throw new Error(`${type.text}: the derivation knows no such keys`);
    return { name, repeated: 'map', ...contentOf(type.element(), pending) };
  }
  // The label (opt, rep) is no help: upstream has it wrong in places, and its encoder goes by the Go type.
  if (type.kind === 'slice' && type.packagePath === '' && !isBytes(type)) {
    return { name, repeated: 'list', ...contentOf(type.element(), pending) };
  }
  if (type.kind === 'pointer') return { name, ...contentOf(type.element(), pending) };
  // Go leaves out empty scalars for omitempty, but empty structs for omitzero alone.
  const omitted = options.includes('omitzero') || (options.includes('omitempty') && type.kind !== 'struct');
  return { name, ...contentOf(type, pending), ...(omitted ? { omitZero: true } : {}) };
}

function contentOf(type: GoType, pending: GoType[]): Pick<ProtobufField, 'scalar' | 'message'> {
  const scalar = SCALARS[type.kind];
  if (scalar !== undefined) return { scalar };
  if (isBytes(type)) return { scalar: 'bytes' };
  if ((type.kind === 'struct' || type.kind === 'slice') && type.packagePath !== '') {
    pending.push(type);
    return { message: definitionName(nameOf(type)) };
  }
  throw new Error(`the derivation does not know how ${type.text} is encoded`);
}

function isBytes(type: GoType): boolean {
  return type.kind === 'slice' && type.element().kind === 'uint8';
}
