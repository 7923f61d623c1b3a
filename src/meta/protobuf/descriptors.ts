/** What is known of the messages that bodies in protobuf are made of: derived at install time, see scripts/. */

/** `json` is JSON text in bytes. 64-bit integers are JSON numbers, as everywhere in the API. */
export type ProtobufScalar = 'string' | 'bytes' | 'json' | 'bool' | 'int32' | 'int64' | 'double';

/** Messages that JSON does not show as an object with their fields: what they are in JSON. */
export type ProtobufForm = 'time' | 'micro-time' | 'quantity' | 'int-or-string' | 'json' | 'items';

/** A field is of a scalar type or of a message's. */
export interface ProtobufField {
  /** The property in JSON; '' for a message whose fields belong to the object around it. */
  name: string;
  scalar?: ProtobufScalar;
  /** The definition name of the message. */
  message?: string;
  /** What the field may be repeated for; maps have strings as keys. */
  repeated?: 'list' | 'map';
  /** JSON has no such property when its value is zero (Go's omitempty and omitzero). */
  omitZero?: true;
}

export interface ProtobufMessage {
  form?: ProtobufForm;
  fields: Readonly<Record<number, ProtobufField>>;
}

/**
 * A message of the protobuf form of OpenAPI v2 documents, which are only written. A field's name '' stands for the whole
 * value, or in a map for the properties that no other field takes; 'x-' for the properties that begin so.
 */
export interface OpenApiMessage {
  /** One field is written, chosen by what the value is. */
  oneOf?: true;
  fields: Readonly<Record<number, Pick<ProtobufField, 'name' | 'scalar' | 'message' | 'repeated'>>>;
}

/** By name, without its package: `Schema`. The whole document is `Document`. */
export type OpenApiMessages = Readonly<Record<string, OpenApiMessage>>;

export interface ProtobufDescriptors {
  /** By definition name: `io.k8s.api.core.v1.ConfigMap`. */
  messages: Readonly<Record<string, ProtobufMessage>>;
  /** Definition names of the kinds that a body may be, by apiVersion and kind: `apps/v1/Deployment`. */
  kinds: Readonly<Record<string, string>>;
  openApiV2?: OpenApiMessages;
}
