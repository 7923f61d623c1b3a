import { describe, expect, it } from 'vitest';
import { link } from '../../../../src/meta/schema/link.ts';
import { definitions, shop } from './sample.ts';

describe('linking', () => {
  it('gives the same schema for the same name', () => {
    expect(link({ $ref: 'example.v1.Shop' }, definitions)).toBe(shop);
    const item = shop.properties.get('spec')?.properties.get('items')?.items;
    expect(item?.properties.get('children')?.items).toBe(item);
    expect(item?.name).toBe('example.v1.Item');
  });

  it('lets siblings of a reference win, also where allOf wraps it', () => {
    const strategy = shop.properties.get('spec')?.properties.get('strategy');
    expect(strategy?.schema.default).toEqual({});
    expect([...(strategy?.properties.keys() ?? [])]).toEqual(['type', 'rolling']);
    expect(strategy?.name).toBe('example.v1.Strategy');
    expect(link({ $ref: 'example.v1.Strategy' }, definitions).name).toBe('example.v1.Strategy');
    expect(link({ $ref: 'example.v1.Strategy' }, definitions).schema.default).toBeUndefined();
  });

  it('follows definitions that are references themselves', () => {
    const table = { a: { $ref: 'b' }, b: { $ref: 'c' }, c: { type: 'string' } } as const;
    expect(link({ $ref: 'a' }, table)).toBe(link({ $ref: 'c' }, table));
    expect(link({ $ref: 'a', default: 'x' }, table)).toMatchObject({ name: 'c', kind: 'string' });
  });

  it('refuses a reference to nothing', () => {
    expect(() => link({ properties: { a: { $ref: 'nothing' } } }, {})).toThrow(
      'the schema definition nothing is missing',
    );
  });
});
