import { describe, expect, test } from 'vitest';
import { protobufDescriptors } from '../../../../src/apis/generated/protobuf.js';
import { builtInKinds, builtInResources } from '../../../../src/apis/index.ts';
import type { Documented } from '../../../../src/apiserver/discovery/documented.ts';
import { createDiscovery } from '../../../../src/apiserver/discovery/documents.ts';
import { openApiV2 } from '../../../../src/apiserver/discovery/openapi-v2.ts';
import { encodeOpenApiV2 } from '../../../../src/apiserver/discovery/openapi-v2-protobuf.ts';
import type { Schema } from '../../../../src/meta/schema/types.ts';
import { decodeOpenApiV2 } from '../../../support/openapi-protobuf.ts';
import { type Bytes, field } from '../../../support/protobuf.ts';

const messages = protobufDescriptors.openApiV2!;
const documents = createDiscovery(builtInKinds, 'v1.35.0+test');

// biome-ignore lint/suspicious/noExplicitAny: a document is read as far as it is asserted
type Json = any;

async function builtIn(): Promise<Json> {
  return JSON.parse((await documents.at('/openapi/v2'))!.content);
}

describe('the document', () => {
  test('leads kubectl from a kind to the parameters of its PATCH', async () => {
    const { paths, parameters } = await builtIn();
    const { patch } = paths['/api/v1/namespaces/{name}'];
    expect(patch['x-kubernetes-group-version-kind']).toEqual({ group: '', version: 'v1', kind: 'Namespace' });
    expect(patch.parameters).toContainEqual({ $ref: '#/parameters/fieldValidation' });
    expect(parameters.fieldValidation).toMatchObject({ name: 'fieldValidation', in: 'query', type: 'string' });
    expect(patch.consumes).toContain('application/strategic-merge-patch+json');
  });

  test('has bodies as parameters and answers with a schema', async () => {
    const { paths } = await builtIn();
    const { post, parameters } = paths['/apis/apps/v1/namespaces/{namespace}/deployments'];
    const schema = { $ref: '#/definitions/io.k8s.api.apps.v1.Deployment' };
    expect(post.parameters).toContainEqual({ name: 'body', in: 'body', required: true, schema });
    expect(post).toMatchObject({ consumes: ['*/*'], responses: { 201: { description: 'OK', schema } } });
    expect(post).not.toHaveProperty('requestBody');
    expect(parameters).toContainEqual(expect.objectContaining({ name: 'namespace', in: 'path', type: 'string' }));
  });

  test('resolves all its references', async () => {
    const document = await builtIn();
    const references = JSON.stringify(document).matchAll(/"\$ref":"#\/(definitions|parameters)\/([^"]+)"/g);
    for (const [, section, name] of references) expect(document[section!], name).toHaveProperty([name!]);
  });

  test('says whose definition each served kind is, once', async () => {
    const { definitions } = await builtIn();
    const kinds = Object.values<Json>(definitions)
      .flatMap((each) => each['x-kubernetes-group-version-kind'] ?? [])
      .map(({ group, version, kind }) => `${group}/${version}/${kind}`);
    expect(new Set(kinds).size).toBe(kinds.length);
    const served = builtInResources.map(({ group, version, kind }) => `${group}/${version}/${kind}`);
    expect(kinds).toEqual(expect.arrayContaining(served));
  });

  test('has merge keys, and IntOrString and Quantity as strings', async () => {
    const { definitions } = await builtIn();
    expect(definitions['io.k8s.api.core.v1.PodSpec'].properties.containers).toMatchObject({
      type: 'array',
      items: { $ref: '#/definitions/io.k8s.api.core.v1.Container' },
      'x-kubernetes-patch-merge-key': 'name',
      'x-kubernetes-patch-strategy': 'merge',
    });
    expect(definitions['io.k8s.apimachinery.pkg.util.intstr.IntOrString']).toMatchObject({ type: 'string' });
    expect(definitions['io.k8s.apimachinery.pkg.api.resource.Quantity']).toMatchObject({ type: 'string' });
  });
});

describe('schemas of v3', () => {
  function converted(schema: Schema): Json {
    const documented: Documented = {
      group: 'acme.example',
      version: 'v1',
      resources: [
        {
          ...{ group: 'acme.example', version: 'v1', kind: 'Wheel', resource: 'wheels', singular: 'wheel' },
          namespaced: true,
        },
      ],
      stored: [],
      definitions: {
        'example.acme.v1.Wheel': { ...schema, 'x-kubernetes-group-version-kind': [WHEEL] },
        Spoke: { type: 'object' },
      },
    };
    return (openApiV2([documented], 'v1') as Json).definitions['example.acme.v1.Wheel'];
  }
  const WHEEL = { group: 'acme.example', version: 'v1', kind: 'Wheel' };
  const property = (schema: Schema) => converted({ type: 'object', properties: { it: schema } }).properties.it;

  test('keep references beside their description', () => {
    expect(property({ $ref: 'Spoke', description: 'one' })).toEqual({
      $ref: '#/definitions/Spoke',
      description: 'one',
    });
  });

  test('lose what v2 has no word for', () => {
    const alternatives = {
      allOf: [{ minimum: 1 }],
      oneOf: [{ minimum: 2 }],
      anyOf: [{ minimum: 3 }],
      not: { minimum: 9 },
    };
    expect(property({ type: 'integer', ...alternatives })).toEqual({ type: 'integer' });
  });

  test('that take null are of no type, lest null be refused', () => {
    const nullable = {
      type: 'object',
      nullable: true,
      description: 'd',
      properties: { a: { type: 'string' } },
    } as const;
    expect(property(nullable)).toEqual({ description: 'd' });
  });

  test('that keep unknown fields name none, lest the others be refused', () => {
    const open = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } as const;
    expect(property({ ...open, properties: { a: { type: 'string' } } })).toEqual(open);
  });

  test('nest', () => {
    const nullable: Schema = { type: 'string', nullable: true };
    expect(property({ type: 'array', items: nullable })).toEqual({ type: 'array', items: {} });
    expect(property({ type: 'object', additionalProperties: nullable })).toEqual({
      type: 'object',
      additionalProperties: {},
    });
    expect(property({ type: 'object', additionalProperties: true })).toEqual({
      type: 'object',
      additionalProperties: true,
    });
  });
});

describe('protobuf', () => {
  /** A value of a schema's property that other encoders made: numbers of fields are gnostic's. */
  const schema = (bytes: Bytes) => field(9, field(1, [...field(1, 'D'), ...field(2, bytes)]));
  const encoded = (document: object) => [...encodeOpenApiV2(document, messages)];
  const encodedSchema = (definition: object) => encoded({ definitions: { D: definition } });

  test('a document, its operations and their parameters', () => {
    const query = field(3, [...field(2, 'query'), ...field(4, 'q'), ...field(6, 'string')]);
    const body = [...field(2, 'body'), ...field(3, 'body'), ...field(4, true), ...field(5, field(1, '#/x'))];
    const operation = [
      ...field(1, 'core_v1'),
      ...field(7, '*/*'),
      ...field(8, field(2, field(1, '#/parameters/p'))),
      ...field(8, field(1, field(2, query))),
      ...field(8, field(1, field(1, body))),
      ...field(
        9,
        field(1, [
          ...field(1, '200'),
          ...field(2, field(1, [...field(1, 'OK'), ...field(2, field(1, field(1, '#/x')))])),
        ]),
      ),
      ...field(13, [...field(1, 'x-kubernetes-action'), ...field(2, field(2, '"patch"'))]),
    ];
    expect(
      encoded({
        swagger: '2.0',
        info: { title: 'T', version: 'v' },
        paths: {
          '/a': {
            patch: {
              tags: ['core_v1'],
              consumes: ['*/*'],
              parameters: [
                { $ref: '#/parameters/p' },
                { name: 'q', in: 'query', type: 'string', required: false },
                { name: 'body', in: 'body', required: true, schema: { $ref: '#/x' } },
              ],
              responses: { 200: { description: 'OK', schema: { $ref: '#/x' } } },
              'x-kubernetes-action': 'patch',
            },
          },
        },
      }),
    ).toEqual([
      ...field(1, '2.0'),
      ...field(2, [...field(1, 'T'), ...field(2, 'v')]),
      ...field(8, field(2, [...field(1, '/a'), ...field(2, field(8, operation))])),
    ]);
  });

  test('a schema with its type, properties, items and extensions', () => {
    expect(
      encodedSchema({
        type: 'object',
        required: ['x-a'],
        properties: { 'x-a': { type: 'array', items: { type: 'string' } } },
        'x-kubernetes-group-version-kind': [{ group: '', kind: 'D' }],
      }),
    ).toEqual(
      schema([
        ...field(19, 'x-a'),
        ...field(22, field(1, 'object')),
        ...field(
          25,
          field(1, [
            ...field(1, 'x-a'),
            ...field(2, [...field(22, field(1, 'array')), ...field(23, field(1, field(22, field(1, 'string'))))]),
          ]),
        ),
        ...field(31, [
          ...field(1, 'x-kubernetes-group-version-kind'),
          ...field(2, field(2, '[{"group":"","kind":"D"}]')),
        ]),
      ]),
    );
  });

  test('additional properties are a schema or a boolean, which is written even if false', () => {
    expect(encodedSchema({ additionalProperties: {} })).toEqual(schema(field(21, field(1, []))));
    expect(encodedSchema({ additionalProperties: false })).toEqual(schema(field(21, field(2, false))));
  });

  test('zeros are left out, but not zero defaults', () => {
    expect(encodedSchema({ minLength: 0, description: '', readOnly: false, default: 0, enum: [''] })).toEqual(
      schema([...field(5, field(2, '0')), ...field(20, field(2, '""'))]),
    );
  });

  test('no roles are needed for a security scheme', () => {
    const scheme = { type: 'apiKey', name: 'authorization', in: 'header' };
    expect(encoded({ security: [{ B: [] }], securityDefinitions: { B: scheme } })).toEqual([
      ...field(12, field(1, [...field(1, 'B'), ...field(2, [])])),
      ...field(
        13,
        field(1, [
          ...field(1, 'B'),
          ...field(2, field(2, [...field(1, 'apiKey'), ...field(2, 'authorization'), ...field(3, 'header')])),
        ]),
      ),
    ]);
  });

  test('loses nothing of the built-in kinds', async () => {
    const { content, etag } = await documents.openApiV2InProtobuf(messages);
    expect(etag).toBe((await documents.at('/openapi/v2'))!.etag);
    expect(decodeOpenApiV2(content, messages)).toEqual(asRead(await builtIn()));
  });
});

/** What stands for a list of one is such a list, and empty lists are gone. */
function asRead(value: Json, inProperties = false): Json {
  if (Array.isArray(value)) return value.map((each) => asRead(each));
  if (value === null || typeof value !== 'object') return value;
  const entries = Object.entries<Json>(value)
    .filter(([key, each]) => key === 'BearerToken' || !Array.isArray(each) || each.length > 0)
    .map(([key, each]) => {
      const single = !inProperties && ((key === 'type' && typeof value.in !== 'string') || key === 'items');
      const read = !inProperties && key.startsWith('x-') ? each : asRead(each, !inProperties && key === 'properties');
      return [key, single ? [read] : read];
    });
  return Object.fromEntries(entries);
}
