import { describe, expect, it } from 'vitest';
import { canonicalize } from '../../../../src/meta/schema/canonical.ts';
import { dropNulls, typeErrors } from '../../../../src/meta/schema/type-errors.ts';
import { shop } from './sample.ts';

const QUANTITY = "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";

describe('values of a wrong type', () => {
  it.each([
    [{ replicas: 'two' }, 'json: cannot unmarshal string into Go struct field ShopSpec.spec.replicas of type int32'],
    [{ replicas: 1.5 }, 'json: cannot unmarshal number 1.5 into Go struct field ShopSpec.spec.replicas of type int32'],
    [
      { replicas: 2147483648 },
      'json: cannot unmarshal number 2147483648 into Go struct field ShopSpec.spec.replicas of type int32',
    ],
    [{ owner: 1 }, 'json: cannot unmarshal number into Go struct field ShopSpec.spec.owner of type string'],
    [{ open: 'yes' }, 'json: cannot unmarshal string into Go struct field ShopSpec.spec.open of type bool'],
    [{ ratio: true }, 'json: cannot unmarshal bool into Go struct field ShopSpec.spec.ratio of type float64'],
    [{ items: {} }, 'json: cannot unmarshal object into Go struct field ShopSpec.spec.items of type []v1.Item'],
    [{ items: ['a'] }, 'json: cannot unmarshal string into Go struct field ShopSpec.spec.items of type v1.Item'],
    [
      { items: [{ name: 'a' }, { name: 2 }] },
      'json: cannot unmarshal number into Go struct field Item.spec.items.name of type string',
    ],
    [
      { selector: [] },
      'json: cannot unmarshal array into Go struct field ShopSpec.spec.selector of type map[string]string',
    ],
    [
      { selector: { a: true } },
      'json: cannot unmarshal bool into Go struct field ShopSpec.spec.selector of type string',
    ],
    [{ secret: 1 }, 'json: cannot unmarshal number into Go struct field ShopSpec.spec.secret of type []uint8'],
    [{ secret: 'not base64' }, 'illegal base64 data at input byte 3'],
    [{ secret: 'YWI' }, 'illegal base64 data at input byte 0'],
    [{ port: true }, 'json: cannot unmarshal bool into Go value of type int32'],
    [{ port: 1.5 }, 'json: cannot unmarshal number 1.5 into Go value of type int32'],
    [{ limits: { cpu: 'much' } }, QUANTITY],
    [{ limits: { cpu: {} } }, QUANTITY],
    [{ limits: { cpu: '1Zi' } }, QUANTITY],
    [{ limits: { cpu: '1KiK' } }, "unable to parse quantity's suffix"],
    [{ since: 'today' }, 'parsing time "today" as "2006-01-02T15:04:05Z07:00": cannot parse "today" as "2006"'],
    [{ since: '2020-01-01' }, 'parsing time "2020-01-01" as "2006-01-02T15:04:05Z07:00": cannot parse "" as "T"'],
    [{ since: '2020-13-01T00:00:00Z' }, 'parsing time "2020-13-01T00:00:00Z": month out of range'],
    [{ since: '2021-02-29T00:00:00Z' }, 'parsing time "2021-02-29T00:00:00Z": day out of range'],
    [{ since: '2020-01-01T00:00:00Zx' }, 'parsing time "2020-01-01T00:00:00Zx": extra text: "x"'],
    [{ since: 1 }, 'json: cannot unmarshal number into Go value of type string'],
    [
      { until: '2020-01-01T00:00:00Z' },
      'parsing time "2020-01-01T00:00:00Z" as "2006-01-02T15:04:05.000000Z07:00": cannot parse "Z" as ".000000"',
    ],
  ])('%j: %s', (spec, message) => {
    expect(typeErrors(shop, { spec })).toBe(message);
  });

  it('may be the body itself or a whole struct', () => {
    expect(typeErrors(shop, [])).toBe('json: cannot unmarshal array into Go value of type v1.Shop');
    expect(typeErrors(shop, { spec: 'x' })).toBe(
      'json: cannot unmarshal string into Go struct field Shop.spec of type v1.ShopSpec',
    );
  });

  it('are not nulls, unknown fields or free-form JSON', () => {
    const spec = {
      owner: null,
      replicas: 3,
      items: [null],
      foo: 1,
      raw: { a: [1, 'b'] },
      limits: { cpu: 1.5, memory: '1Gi' },
      port: 'http',
      since: '2024-02-29T00:00:00.5+01:00',
      until: '2020-01-01T00:00:00.123456Z',
      secret: 'YWJj\nZA==',
    };
    expect(typeErrors(shop, { metadata: { creationTimestamp: null }, spec })).toBeUndefined();
  });
});

describe('nulls', () => {
  it('become what Go makes of them', () => {
    const value = {
      metadata: { creationTimestamp: null, labels: { a: null, b: 'c' } },
      spec: {
        owner: null,
        args: ['a', null],
        items: [null, { name: 'a', value: null }],
        raw: { keep: null },
        foo: null,
      },
    };
    dropNulls(shop, value);
    expect(value).toEqual({
      metadata: { labels: { a: '', b: 'c' } },
      spec: { args: ['a', ''], items: [{}, { name: 'a' }], raw: { keep: null }, foo: null },
    });
  });
});

describe('quantities', () => {
  it('are written in canonical form', () => {
    const value = { spec: { limits: { cpu: 0.5, memory: '1024Mi', pods: '10' }, args: ['0.5'] } };
    canonicalize(shop, value);
    expect(value.spec).toEqual({ limits: { cpu: '500m', memory: '1Gi', pods: '10' }, args: ['0.5'] });
  });
});
