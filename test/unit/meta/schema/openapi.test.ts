import { describe, expect, it } from 'vitest';
import { reachableDefinitions, toOpenApi } from '../../../../src/meta/schema/openapi.ts';
import { definitions } from './sample.ts';

describe('OpenAPI', () => {
  it('publishes exactly the definitions that are reached', () => {
    expect(reachableDefinitions([{ $ref: 'example.v1.Item' }], definitions)).toEqual(['example.v1.Item']);
    const all = reachableDefinitions([{ $ref: 'example.v1.Shop' }], definitions);
    expect(all).toEqual(Object.keys(definitions).sort());
    expect(() => reachableDefinitions([{ $ref: 'nothing' }], definitions)).toThrow('nothing is missing');
  });

  it('points references into the components and wraps those with siblings', () => {
    expect(
      toOpenApi({
        type: 'object',
        properties: {
          a: { $ref: 'x.A' },
          b: { $ref: 'x.B', description: 'b', default: {} },
          c: { type: 'array', items: { $ref: 'x.C' } },
          d: { type: 'object', additionalProperties: { $ref: 'x.D' } },
        },
        'x-kubernetes-group-version-kind': [{ group: '', version: 'v1', kind: 'X' }],
      }),
    ).toEqual({
      type: 'object',
      properties: {
        a: { $ref: '#/components/schemas/x.A' },
        b: { description: 'b', default: {}, allOf: [{ $ref: '#/components/schemas/x.B' }] },
        c: { type: 'array', items: { $ref: '#/components/schemas/x.C' } },
        d: { type: 'object', additionalProperties: { $ref: '#/components/schemas/x.D' } },
      },
      'x-kubernetes-group-version-kind': [{ group: '', version: 'v1', kind: 'X' }],
    });
  });

  it('leaves the definitions as they are', () => {
    const before = JSON.stringify(definitions);
    for (const schema of Object.values(definitions)) {
      expect(JSON.stringify(toOpenApi(schema))).not.toContain('"$ref":"example');
    }
    expect(JSON.stringify(definitions)).toBe(before);
  });
});
