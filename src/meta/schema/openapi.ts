import type { Definitions, Schema } from './types.ts';

/** Names of all definitions that `roots` reach through $ref, sorted. */
export function reachableDefinitions(_roots: readonly Schema[], _definitions: Definitions): string[] {
  throw new Error('being written');
}

/** The schema as OpenAPI v3 publishes it: `$ref: X` becomes `#/components/schemas/X`. The argument is not changed. */
export function toOpenApi(_schema: Schema): Record<string, unknown> {
  throw new Error('being written');
}

/** `components.schemas` of an OpenAPI v3 document: the reachable definitions of `roots`. */
export function openApiComponents(
  _roots: readonly Schema[],
  _definitions: Definitions,
): Record<string, Record<string, unknown>> {
  throw new Error('being written');
}
