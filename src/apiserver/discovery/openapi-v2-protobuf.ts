/**
 * OpenAPI v2 documents in protobuf (gnostic's openapi.v2.Document), the only form in which kubectl and client-go ask for
 * them. Field numbers are derived; what is here is which of several messages a value is.
 */
import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import { own } from '../../meta/own.ts';
import type { OpenApiMessage, OpenApiMessages } from '../../meta/protobuf/descriptors.ts';

type Field = OpenApiMessage['fields'][number];
type JsonObject = Readonly<Record<string, unknown>>;

const DOCUMENT = 'Document';
const EXTENSION = 'x-';
const ZEROS: readonly unknown[] = ['', 0, false];

/** The field that holds a value, of the messages that hold one of several. Other kinds are not in Kedge's documents. */
const CHOICES: Readonly<Record<string, (value: unknown) => string>> = {
  AdditionalPropertiesItem: (value) => (typeof value === 'boolean' ? 'boolean' : 'schema'),
  Parameter: (value) => ((value as JsonObject).in === 'body' ? 'bodyParameter' : 'nonBodyParameter'),
  NonBodyParameter: (value) => `${(value as JsonObject).in}ParameterSubSchema`,
  ParametersItem: (value) => ((value as JsonObject).$ref === undefined ? 'parameter' : 'jsonReference'),
  ResponseValue: (value) => ((value as JsonObject).$ref === undefined ? 'response' : 'jsonReference'),
  SchemaItem: () => 'schema',
  SecurityDefinitionsItem: (value) => `${(value as JsonObject).type}Security`,
};

/** What protobuf has no field for (v3's oneOf, say) is left out, as are zero scalars. Throws Error for what fits no message. */
export function encodeOpenApiV2(document: object, messages: OpenApiMessages): Uint8Array<ArrayBuffer> {
  const writer = new BinaryWriter();
  new DocumentWriter(writer, messages).message(DOCUMENT, document);
  return writer.finish();
}

class DocumentWriter {
  readonly #writer: BinaryWriter;
  readonly #messages: OpenApiMessages;

  constructor(writer: BinaryWriter, messages: OpenApiMessages) {
    this.#writer = writer;
    this.#messages = messages;
  }

  message(name: string, value: unknown): void {
    const message = this.#messages[name];
    if (message === undefined) throw new Error(`no descriptor of ${name}`);
    if (message.oneOf === true) {
      this.#alternative(name, message, value);
      return;
    }
    const extensible = Object.values(message.fields).some((field) => field.name === EXTENSION);
    for (const [number, field] of Object.entries(message.fields)) {
      if (field.repeated === 'map') this.#map(Number(number), field, value as JsonObject, extensible);
      else if (field.name === '') this.#field(Number(number), field, value);
      else this.#field(Number(number), field, (value as JsonObject)[field.name]);
    }
  }

  #alternative(name: string, { fields }: OpenApiMessage, value: unknown): void {
    const chosen = own(CHOICES, name)?.(value);
    const [number, field] = Object.entries(fields).find(([, each]) => each.name === chosen) ?? [];
    if (field === undefined) throw new Error(`no field ${chosen} of ${name} for ${JSON.stringify(value)}`);
    this.#value(Number(number), field, value);
  }

  #map(number: number, field: Field, entries: JsonObject, extensible: boolean): void {
    for (const [key, value] of Object.entries(entries)) {
      if (extensible && key.startsWith(EXTENSION) !== (field.name === EXTENSION)) continue;
      this.#writer.tag(number, WireType.LengthDelimited).fork();
      this.#value(1, { name: key, scalar: 'string' }, key);
      this.#value(2, field, value);
      this.#writer.join();
    }
  }

  #field(number: number, field: Field, value: unknown): void {
    if (value === undefined) return;
    if (field.repeated === 'list') {
      for (const each of Array.isArray(value) ? value : [value]) this.#value(number, field, each);
    } else if (field.scalar === undefined || field.scalar === 'json' || !ZEROS.includes(value)) {
      this.#value(number, field, value);
    }
  }

  #value(number: number, { scalar, message }: Field, value: unknown): void {
    switch (scalar) {
      case 'bool':
        this.#writer.tag(number, WireType.Varint).bool(value as boolean);
        break;
      case 'int64':
        this.#writer.tag(number, WireType.Varint).int64(value as number);
        break;
      case 'double':
        this.#writer.tag(number, WireType.Bit64).double(value as number);
        break;
      case 'string':
        this.#writer.tag(number, WireType.LengthDelimited).string(value as string);
        break;
      case 'json':
        // Readers take it for YAML, of which JSON is a part.
        this.#writer.tag(number, WireType.LengthDelimited).string(JSON.stringify(value));
        break;
      default:
        this.#writer.tag(number, WireType.LengthDelimited).fork();
        this.message(message ?? '', value);
        this.#writer.join();
    }
  }
}
