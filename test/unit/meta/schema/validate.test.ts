import { describe, expect, it } from 'vitest';
import { path, renderFieldError } from '../../../../src/meta/field-error.ts';
import { link } from '../../../../src/meta/schema/link.ts';
import type { Schema } from '../../../../src/meta/schema/types.ts';
import { validateSchema } from '../../../../src/meta/schema/validate.ts';
import { shop } from './sample.ts';

function errors(schema: Schema, value: unknown, uniqueLists = false): string[] {
  return validateSchema(link({ type: 'object', properties: { a: schema } }, {}), { a: value }, undefined, {
    uniqueLists,
  }).map(renderFieldError);
}

describe('schema validation', () => {
  it.each([
    [{ type: 'string' }, 'x'],
    [{ type: 'string', nullable: true }, null],
    [{ type: 'integer' }, 3],
    [{ type: 'number' }, 3],
    [{ 'x-kubernetes-int-or-string': true, anyOf: [{ type: 'integer' }, { type: 'string' }] }, '25%'],
    [{ type: 'string', enum: ['A', 'B'] }, 'B'],
    [{ type: 'string', pattern: '^a+$' }, 'aa'],
    [{ type: 'string', minLength: 1, maxLength: 1 }, '😀'],
    [{ type: 'integer', minimum: 1, maximum: 1 }, 1],
    [{ type: 'number', multipleOf: 0.1 }, 0.3],
    [{ type: 'array', items: { type: 'integer' }, minItems: 1, maxItems: 2, uniqueItems: true }, [1, 2]],
    [{ type: 'object', additionalProperties: { type: 'string' }, minProperties: 1 }, { x: 'y' }],
    [{ 'x-kubernetes-preserve-unknown-fields': true }, { x: [null] }],
    [{ oneOf: [{ type: 'string' }, { type: 'integer' }] }, 1],
    [{ type: 'string', format: 'date-time' }, '2020-01-01T00:00:00Z'],
    [{ type: 'string', format: 'a-format-of-its-own' }, '-'],
    [{ type: 'array', items: { type: 'string' }, 'x-kubernetes-list-type': 'set' }, ['x', 'x']],
  ] as [Schema, unknown][])('by %j accepts %j', (schema, value) => {
    expect(errors(schema, value)).toEqual([]);
  });

  it.each([
    [{ type: 'integer' }, 'x', 'a: Invalid value: "string": a in body must be of type integer: "string"'],
    [{ type: 'integer' }, 1.5, 'a: Invalid value: "number": a in body must be of type integer: "number"'],
    [{ type: 'string' }, 1, 'a: Invalid value: "integer": a in body must be of type string: "integer"'],
    [{ type: 'string' }, null, 'a: Invalid value: "null": a in body must be of type string: "null"'],
    [{ type: 'array' }, {}, 'a: Invalid value: "object": a in body must be of type array: "object"'],
    [{ type: 'integer', format: 'int32' }, true, 'a: Invalid value: "": a in body must be of type int32: ""'],
    [
      { 'x-kubernetes-int-or-string': true },
      true,
      'a: Invalid value: "boolean": a in body must be of type integer,string: "boolean"',
    ],
    [{ type: 'string', enum: ['B', 'A'] }, 'C', 'a: Unsupported value: "C": supported values: "B", "A"'],
    [{ type: 'integer', enum: [1, 2] }, 3, 'a: Unsupported value: 3: supported values: "1", "2"'],
    [{ type: 'string', pattern: '^a+$' }, 'b', `a: Invalid value: "b": a in body should match '^a+$'`],
    [{ type: 'string', maxLength: 2 }, 'abc', 'a: Too long: may not be more than 2 bytes'],
    [{ type: 'string', minLength: 1 }, '', 'a: Invalid value: "": a in body should be at least 1 chars long'],
    [{ type: 'integer', maximum: 10 }, 11, 'a: Invalid value: 11: a in body should be less than or equal to 10'],
    [
      { type: 'integer', maximum: 10, exclusiveMaximum: true },
      10,
      'a: Invalid value: 10: a in body should be less than 10',
    ],
    [{ type: 'number', minimum: 0 }, -1, 'a: Invalid value: -1: a in body should be greater than or equal to 0'],
    [
      { type: 'number', minimum: 0, exclusiveMinimum: true },
      0,
      'a: Invalid value: 0: a in body should be greater than 0',
    ],
    [{ type: 'integer', multipleOf: 2 }, 3, 'a: Invalid value: 3: a in body should be a multiple of 2'],
    [{ type: 'array', minItems: 1 }, [], 'a: Invalid value: 0: a in body should have at least 1 items'],
    [{ type: 'array', maxItems: 2 }, [1, 2, 3], 'a: Too many: 3: must have at most 2 items'],
    [
      { type: 'array', uniqueItems: true },
      [
        { x: 1, y: 2 },
        { y: 2, x: 1 },
      ],
      `a: Invalid value: "": a in body shouldn't contain duplicates`,
    ],
    [{ type: 'object', minProperties: 1 }, {}, 'a: Invalid value: 0: a in body should have at least 1 properties'],
    [{ type: 'object', maxProperties: 1 }, { x: 1, y: 2 }, 'a: Too many: 2: must have at most 1 item'],
    [{ type: 'object', required: ['x'] }, {}, 'a.x: Required value'],
    [
      { type: 'object', additionalProperties: false },
      { x: 1 },
      'a: Invalid value: "": a.x in body is a forbidden property',
    ],
    [
      { type: 'object', additionalProperties: { type: 'array', items: { type: 'boolean' } } },
      { x: [true, 'no'] },
      'a.x[1]: Invalid value: "string": a.x[1] in body must be of type boolean: "string"',
    ],
    [{ not: { type: 'string' } }, 'x', '<nil>: Invalid value: "": "a" must not validate the schema (not)'],
    [{ type: 'string', format: 'ipv4' }, '1.2.3', 'a: Invalid value: "1.2.3": a in body must be of type ipv4: "1.2.3"'],
    [{ type: 'string', format: 'uuid' }, 'x', 'a: Invalid value: "x": a in body must be of type uuid: "x"'],
  ] as [Schema, unknown, string][])('by %j refuses %j', (schema, value, message) => {
    expect(errors(schema, value)).toEqual([message]);
  });

  it('says which alternatives were tried', () => {
    const anyOf = [{ required: ['x'] }, { properties: { y: { type: 'string' } }, required: ['y', 'z'] }] as Schema[];
    expect(errors({ type: 'object', anyOf }, {})).toEqual([
      '<nil>: Invalid value: "": "a" must validate at least one schema (anyOf)',
      'a.x: Required value',
    ]);
    expect(errors({ type: 'object', anyOf }, { x: 1 })).toEqual([]);
    const oneOf = [{ required: ['x'] }, { required: ['y'] }] as Schema[];
    expect(errors({ type: 'object', oneOf }, { x: 1, y: 2 })).toEqual([
      '<nil>: Invalid value: "": "a" must validate one and only one schema (oneOf). Found 2 valid alternatives',
    ]);
    expect(errors({ type: 'object', oneOf }, {})[0]).toContain('Found none valid');
    const allOf = [{ minimum: 1 }, { maximum: 0 }] as Schema[];
    expect(errors({ type: 'integer', allOf }, 1)).toEqual([
      'a: Invalid value: 1: a in body should be less than or equal to 0',
      '<nil>: Invalid value: "": "a" must validate all the schemas (allOf)',
    ]);
  });

  it('refuses repeated keys of sets and maps when asked to', () => {
    expect(errors({ type: 'array', 'x-kubernetes-list-type': 'set' }, ['x', 'y', 'x', 'x'], true)).toEqual([
      'a[2]: Duplicate value: "x"',
    ]);
    const map: Schema = {
      type: 'array',
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': ['port', 'protocol'],
    };
    const value = [{ port: 1, protocol: 'TCP' }, { port: 1 }, { port: 1, protocol: 'TCP', name: 'again' }];
    expect(errors(map, value, true)).toEqual(['a[2]: Duplicate value: {"port":1,"protocol":"TCP"}']);
  });

  it('reports every fault, below the path it is given', () => {
    const value = { spec: { replicas: 'x', policy: 'Maybe', items: [{}] } };
    expect(validateSchema(shop, value, path('shop')).map(renderFieldError)).toEqual([
      'shop.spec.replicas: Invalid value: "string": shop.spec.replicas in body must be of type integer: "string"',
      'shop.spec.policy: Unsupported value: "Maybe": supported values: "Always", "Never"',
      'shop.spec.items[0].name: Required value',
      'shop.spec.owner: Required value',
    ]);
  });
});
