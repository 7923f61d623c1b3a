import { describe, expect, it } from 'vitest';
import {
  addQuantity,
  compareQuantity,
  formatQuantity,
  parseQuantity,
  QuantityError,
  quantityMillis,
  quantityValue,
} from '../../../src/meta/quantity.ts';

describe('quantities', () => {
  it.each([
    ['0', '0'],
    ['0Ki', '0'],
    ['100m', '100m'],
    ['0.5', '500m'],
    ['1.5', '1500m'],
    ['1000m', '1'],
    ['1000', '1k'],
    ['1.5Gi', '1536Mi'],
    ['1024Ki', '1Mi'],
    ['1023Ki', '1023Ki'],
    ['512Ki', '512Ki'],
    ['0.5Ki', '512'],
    ['0.1Ki', '102400m'],
    ['1Ei', '1Ei'],
    ['16Ei', '9223372036854775807'],
    ['12e6', '12e6'],
    ['12E3', '12e3'],
    ['1e-3', '1e-3'],
    ['1E', '1E'],
    ['1000000', '1M'],
    ['0.001m', '1u'],
    ['1.0000000001', '1000000001n'],
    ['0.1n', '1n'],
    ['-0.1n', '-1n'],
    ['-1.5', '-1500m'],
    ['+5', '5'],
    ['.5', '500m'],
    ['5.', '5'],
    ['007', '7'],
    [' 1 ', '1'],
    [1.5, '1500m'],
    [1e21, '1e21'],
  ])('%j is written %j', (text, canonical) => {
    expect(formatQuantity(text)).toBe(canonical);
  });

  it.each(['', 'aoeu', '1.1.M', '1+1.0M', '0.1am', '1e3.5', '1 Gi', 'Infinity', 'NaN'])(
    'refuses %j as malformed',
    (text) => {
      expect(() => parseQuantity(text)).toThrow(
        new QuantityError(
          "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'",
        ),
      );
    },
  );

  it.each(['.5i', '1i', '-3.01i', '-3.01e-', '0.1mi', '--1', '1k5', '1e99999999'])(
    'refuses the suffix of %j',
    (text) => {
      expect(() => parseQuantity(text)).toThrow(new QuantityError("unable to parse quantity's suffix"));
    },
  );

  it('round up to the unit that is asked for', () => {
    expect(quantityValue('1500m')).toBe(2);
    expect(quantityValue('-1500m')).toBe(-2);
    expect(quantityValue('128Mi')).toBe(134217728);
    expect(quantityMillis('1u')).toBe(1);
    expect(quantityMillis('2')).toBe(2000);
    expect(quantityMillis('0.25')).toBe(250);
  });

  it('compare by value, whatever their form', () => {
    expect(compareQuantity('1Gi', '1024Mi')).toBe(0);
    expect(compareQuantity('1G', '1Gi')).toBeLessThan(0);
    expect(compareQuantity('1', '999m')).toBeGreaterThan(0);
  });

  it('add exactly, in the form of the first that is not zero', () => {
    expect(formatQuantity(addQuantity('100m', '0.2'))).toBe('300m');
    expect(formatQuantity(addQuantity('0', '1Gi'))).toBe('1Gi');
    expect(formatQuantity(addQuantity('1Gi', '1G'))).toBe('2073741824');
    expect(formatQuantity(addQuantity('9007199254740993', '9007199254740993'))).toBe('18014398509481986');
  });
});
