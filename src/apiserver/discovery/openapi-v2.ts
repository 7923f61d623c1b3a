/** OpenAPI v2 (swagger): one document of all kinds, which kubectl asks for Lists, and clients that know no v3 for all. */
import { setOwn } from '../../meta/own.ts';
import type { Documented } from './documented.ts';
import { pathsOf } from './openapi-paths.ts';
import { pathsToV2 } from './openapi-v2-paths.ts';
import { schemasOf } from './openapi-v3.ts';

const DEFINITIONS = '#/definitions/';
const KIND = 'x-kubernetes-group-version-kind';

export function openApiV2(documented: readonly Documented[], gitVersion: string): object {
  const definitions: Record<string, object> = {};
  const paths: ReturnType<typeof pathsOf> = {};
  for (const each of documented) {
    for (const [name, schema] of Object.entries(schemasOf(each, DEFINITIONS))) {
      // A kind's own group version says whose kind it is; others just refer to it.
      if (!Object.hasOwn(definitions, name) || Object.hasOwn(schema, KIND)) setOwn(definitions, name, named(schema));
    }
    Object.assign(
      paths,
      pathsOf(each, (name) => ({ $ref: DEFINITIONS + name })),
    );
  }
  return {
    swagger: '2.0',
    info: { title: 'Kubernetes', version: gitVersion },
    ...pathsToV2(paths),
    definitions,
    securityDefinitions: {
      BearerToken: { description: 'Bearer Token authentication', type: 'apiKey', name: 'authorization', in: 'header' },
    },
    security: [{ BearerToken: [] }],
  };
}

/** What a schema of v3 may hold and v2 has no word for, beside what is the same in both. */
interface SchemaV3 {
  $ref?: string;
  type?: string;
  nullable?: boolean;
  properties?: Readonly<Record<string, SchemaV3>>;
  items?: SchemaV3;
  additionalProperties?: SchemaV3 | boolean;
  allOf?: readonly SchemaV3[];
  anyOf?: unknown;
  oneOf?: unknown;
  not?: unknown;
  'x-kubernetes-int-or-string'?: boolean;
  'x-kubernetes-preserve-unknown-fields'?: boolean;
}

/** Upstream's own types that are integers or strings (IntOrString, Quantity) are strings in v2. */
function named(schema: SchemaV3): object {
  const converted = schemaToV2(schema);
  return schema['x-kubernetes-int-or-string'] === true ? { ...converted, type: 'string' } : converted;
}

/** As upstream's: clients of v2 ignore what they do not know, but take a `type` at its word, so some lose theirs. */
function schemaToV2(schema: SchemaV3): object {
  const { properties, items, additionalProperties, allOf, anyOf, oneOf, not, nullable, type, ...rest } = schema;
  const reference = allOf?.find(({ $ref }) => $ref !== undefined);
  // v2 allows siblings of $ref, and readers look for nothing in allOf.
  if (reference !== undefined) return { ...rest, ...reference };
  if (nullable === true) return rest;
  const converted: Record<string, unknown> = { ...rest };
  if (type !== undefined) converted.type = type;
  if (additionalProperties !== undefined) {
    converted.additionalProperties =
      typeof additionalProperties === 'boolean' ? additionalProperties : schemaToV2(additionalProperties);
  }
  if (schema['x-kubernetes-preserve-unknown-fields'] === true) return converted;
  if (items !== undefined) converted.items = schemaToV2(items);
  if (properties !== undefined) {
    converted.properties = Object.fromEntries(
      Object.entries(properties).map(([name, property]) => [name, schemaToV2(property)]),
    );
  }
  return converted;
}
