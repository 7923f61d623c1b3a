import { describe, expect, it } from 'vitest';
import { applyDefaults } from '../../../../src/meta/schema/defaulting.ts';
import { link } from '../../../../src/meta/schema/link.ts';
import type { Schema } from '../../../../src/meta/schema/types.ts';
import { shop } from './sample.ts';

function defaulted(schema: Schema, value: unknown): unknown {
  applyDefaults(link(schema, {}), value);
  return value;
}

describe('defaults', () => {
  it('fill in what is absent, also inside of lists and of other defaults', () => {
    const value = { spec: { items: [{ name: 'a' }, { name: 'b', protocol: 'UDP', children: [{ name: 'c' }] }] } };
    applyDefaults(shop, value);
    expect(value.spec).toEqual({
      replicas: 1,
      strategy: { type: 'Rolling' },
      items: [
        { name: 'a', protocol: 'TCP' },
        { name: 'b', protocol: 'UDP', children: [{ name: 'c', protocol: 'TCP' }] },
      ],
    });
  });

  it('leave what is there, and make no objects that nobody asked for', () => {
    const value = { spec: { replicas: 0, strategy: { type: 'Recreate', rolling: {} } } };
    applyDefaults(shop, value);
    expect(value.spec).toEqual({ replicas: 0, strategy: { type: 'Recreate', rolling: { surge: 25 } } });
    const empty = {};
    applyDefaults(shop, empty);
    expect(empty).toEqual({});
  });

  it('are copies', () => {
    const schema: Schema = { type: 'object', properties: { a: { type: 'object', default: { list: [1] } } } };
    const [first, second] = [defaulted(schema, {}), defaulted(schema, {})] as { a: { list: number[] } }[];
    first?.a.list.push(2);
    expect(second?.a.list).toEqual([1]);
  });

  it('replace null unless null is allowed', () => {
    const properties = {
      a: { type: 'string', default: 'x' },
      b: { type: 'string', default: 'y', nullable: true },
    } as const;
    expect(defaulted({ type: 'object', properties }, { a: null, b: null })).toEqual({ a: 'x', b: null });
  });

  it('reach the values of maps', () => {
    const schema: Schema = {
      type: 'object',
      additionalProperties: { type: 'object', properties: { a: { type: 'integer', default: 1 } } },
    };
    expect(defaulted(schema, { x: {}, y: { a: 2 } })).toEqual({ x: { a: 1 }, y: { a: 2 } });
  });
});
