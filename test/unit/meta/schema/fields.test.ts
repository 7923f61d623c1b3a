import { describe, expect, it } from 'vitest';
import { pruneUnknown, unknownFields } from '../../../../src/meta/schema/fields.ts';
import { link } from '../../../../src/meta/schema/link.ts';
import type { Schema } from '../../../../src/meta/schema/types.ts';
import { shop } from './sample.ts';

const value = () => ({
  apiVersion: 'v1',
  kind: 'Shop',
  metadata: { name: 'x', labels: { any: 'thing' }, nope: 1 },
  spec: {
    owner: 'me',
    foo: { bar: 1 },
    items: [{ name: 'a', oops: 1, children: [{ name: 'b', deep: true }] }, 'not an object'],
    limits: { cpu: '1' },
    raw: { any: { thing: [1] } },
    extra: { free: { form: 1 }, item: { name: 'c', bad: 1 } },
    selector: null,
    args: { not: 'a list' },
  },
  status: {},
});

describe('unknown fields', () => {
  it('are named with their paths, in document order', () => {
    expect(unknownFields(shop, value())).toEqual([
      'unknown field "metadata.nope"',
      'unknown field "spec.foo"',
      'unknown field "spec.items[0].oops"',
      'unknown field "spec.items[0].children[0].deep"',
      'unknown field "spec.extra.item.bad"',
      'unknown field "status"',
    ]);
  });

  it('are pruned, and nothing else', () => {
    const pruned = value();
    pruneUnknown(shop, pruned);
    expect(unknownFields(shop, pruned)).toEqual([]);
    expect(pruned).toMatchObject({
      metadata: { name: 'x', labels: { any: 'thing' } },
      spec: { raw: { any: { thing: [1] } }, extra: { free: { form: 1 }, item: { name: 'c' } } },
    });
    expect(pruned.spec).not.toHaveProperty('foo');
    expect(pruned).not.toHaveProperty('status');
  });

  it.each([
    [{ type: 'object' }, { a: 1 }, ['unknown field "a"']],
    [{ type: 'object', additionalProperties: true }, { a: 1 }, []],
    [{ 'x-kubernetes-preserve-unknown-fields': true }, { a: { b: 1 } }, []],
    [
      { type: 'object', additionalProperties: { type: 'object', properties: {} } },
      { a: { b: 1 } },
      ['unknown field "a.b"'],
    ],
    [{ 'x-kubernetes-int-or-string': true }, 'x', []],
    [
      {
        type: 'object',
        properties: {
          e: { type: 'object', 'x-kubernetes-embedded-resource': true, properties: { spec: { type: 'string' } } },
        },
      },
      { e: { apiVersion: 'v1', kind: 'X', metadata: { name: 'x', any: 1 }, spec: 'y', more: 1 } },
      ['unknown field "e.more"'],
    ],
  ] as [Schema, unknown, string[]][])('by %j of %j are %j', (schema, object, unknown) => {
    expect(unknownFields(link(schema, {}), object)).toEqual(unknown);
  });

  it('are not found through prototypes', () => {
    const schema = link({ type: 'object', properties: {} }, {});
    expect(unknownFields(schema, { constructor: 1 })).toEqual(['unknown field "constructor"']);
  });
});
