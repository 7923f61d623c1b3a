export interface Decoded {
  value: unknown;
  /** `duplicate field "spec.replicas"`, in document order, each once. Empty when not asked for. */
  duplicates: string[];
}

/**
 * Decodes a JSON body. `strict: false` (fieldValidation=Ignore) skips the search for duplicate keys.
 * Malformed input throws StatusError.badRequest.
 */
export function decodeJson(_text: string, _options?: { strict?: boolean }): Decoded {
  throw new Error('being written');
}

/** As decodeJson, for one YAML document. */
export function decodeYaml(_text: string, _options?: { strict?: boolean }): Decoded {
  throw new Error('being written');
}
