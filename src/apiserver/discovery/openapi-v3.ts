/** OpenAPI v3: an index, and a document for each group version, from the same schemas that validate. */
import { own, setOwn } from '../../meta/own.ts';
import { reachableDefinitions, toOpenApi } from '../../meta/schema/openapi.ts';
import type { Schema } from '../../meta/schema/types.ts';
import { type Documented, definitionName } from './documented.ts';
import { pathsOf } from './openapi-paths.ts';
import { type PublishedResource, verbsOf } from './published.ts';

const COMPONENTS = '#/components/schemas/';

export function openApiV3(documented: Documented, gitVersion: string): object {
  const schemas = schemasOf(documented, COMPONENTS);
  return {
    openapi: '3.0.0',
    info: { title: 'Kubernetes', version: gitVersion },
    paths: pathsOf(documented, (name) => ({ $ref: COMPONENTS + name })),
    components: {
      schemas,
      securitySchemes: {
        BearerToken: {
          type: 'apiKey',
          description: 'Bearer Token authentication',
          name: 'authorization',
          in: 'header',
        },
      },
    },
  };
}

const META = 'io.k8s.apimachinery.pkg.apis.meta.v1.';

/** Schemas of the kinds, their lists, and all that they refer to. `prefix` leads to them in the document. */
export function schemasOf(documented: Documented, prefix: string): Record<string, object> {
  const { stored, definitions, resources } = documented;
  const roots: Schema[] = stored.map((each) => each.schema);
  for (const resource of resources) {
    const name = definitionName(documented, resource);
    if (Object.hasOwn(definitions, name)) roots.push({ $ref: name });
  }
  if (definitions[`${META}ListMeta`] !== undefined) roots.push({ $ref: `${META}ListMeta` });
  const published: Record<string, object> = {};
  for (const name of reachableDefinitions(roots, definitions)) {
    setOwn(published, name, toOpenApi(own(definitions, name) as Schema, prefix));
  }
  for (const resource of resources) {
    const name = definitionName(documented, resource);
    const definition = stored.find((each) => each.resource === resource.resource);
    const schema =
      own(published, name) ?? (definition === undefined ? { type: 'object' } : toOpenApi(definition.schema, prefix));
    const type = { group: resource.group, version: resource.version, kind: resource.kind };
    setOwn(published, name, { ...schema, 'x-kubernetes-group-version-kind': [type] });
    if (verbsOf(resource).includes('list')) {
      const list = listSchema(resource, { $ref: prefix + name }, { $ref: `${prefix}${META}ListMeta` });
      setOwn(published, `${name}List`, list);
    }
  }
  return published;
}

function listSchema(resource: PublishedResource, item: object, metadata: object): object {
  const kind = resource.listKind ?? `${resource.kind}List`;
  return {
    type: 'object',
    description: `${kind} is a list of ${resource.kind}`,
    required: ['items'],
    properties: {
      apiVersion: { type: 'string' },
      kind: { type: 'string' },
      metadata: { allOf: [metadata] },
      items: { type: 'array', items: { allOf: [item] } },
    },
    'x-kubernetes-group-version-kind': [{ group: resource.group, version: resource.version, kind }],
  };
}
