import { describe, expect, it } from 'vitest';
import { cloneJson } from '../../../src/meta/clone.ts';
import { humanDuration } from '../../../src/meta/duration/age.ts';
import { deepEqual, semanticEqual } from '../../../src/meta/equal.ts';
import { scaledIntOrPercent } from '../../../src/meta/int-or-string.ts';

describe('equality', () => {
  it.each([
    [1, 1, true],
    ['1', 1, false],
    [null, null, true],
    [null, {}, false],
    [[], {}, false],
    [{}, [], false],
    [[1, 2], [1, 2], true],
    [[1, 2], [2, 1], false],
    [[1], [1, undefined], false],
    [{ a: 1, b: { c: [] } }, { b: { c: [] }, a: 1 }, true],
    [{ a: 1 }, { a: 1, b: undefined }, true],
    [{ a: 1, b: undefined }, { a: 1 }, true],
    [{ a: 1 }, { a: 1, b: null }, false],
    [{ a: {} }, {}, false],
  ])('of %j and %j is %s', (a, b, equal) => {
    expect(deepEqual(a, b)).toBe(equal);
    expect(deepEqual(b, a)).toBe(equal);
  });

  it.each([
    [{ a: [] }, {}, true],
    [{ a: {} }, { a: null }, true],
    [{ a: { b: [] } }, { a: { b: null } }, true],
    [{ a: '' }, {}, false],
    [{ a: 0 }, {}, false],
    [[null], [], false],
  ])('in meaning of %j and %j is %s', (a, b, equal) => {
    expect(semanticEqual(a, b)).toBe(equal);
    expect(semanticEqual(b, a)).toBe(equal);
  });
});

describe('copies', () => {
  it('share nothing with the original', () => {
    const original = { a: [{ b: 1 }, null], c: 'x' };
    const copy = cloneJson(original);
    expect(copy).toEqual(original);
    expect(copy.a).not.toBe(original.a);
    expect(copy.a[0]).not.toBe(original.a[0]);
  });
});

describe('scaled numbers', () => {
  it.each([
    [3, 10, true, 3],
    ['25%', 10, true, 3],
    ['25%', 10, false, 2],
    ['0%', 10, true, 0],
    ['100%', 7, false, 7],
    ['150%', 4, false, 6],
  ])('%j of %i, rounding up %s, is %i', (value, total, roundUp, scaled) => {
    expect(scaledIntOrPercent(value, total, roundUp)).toBe(scaled);
  });

  it('refuse text that is no percentage', () => {
    expect(() => scaledIntOrPercent('3', 10, true)).toThrow('string is not a percentage');
  });
});

describe('ages', () => {
  const [second, minute, hour, day] = [1, 60, 3600, 86400];
  it.each([
    [-5, '<invalid>'],
    [-1, '0s'],
    [0, '0s'],
    [119, '119s'],
    [2 * minute, '2m'],
    [5 * minute + 32, '5m32s'],
    [10 * minute + 5, '10m'],
    [179 * minute + 59, '179m'],
    [3 * hour, '3h'],
    [7 * hour + 59 * minute, '7h59m'],
    [8 * hour + 30 * minute, '8h'],
    [47 * hour, '47h'],
    [48 * hour, '2d'],
    [2 * day + 4 * hour + second, '2d4h'],
    [8 * day + hour, '8d'],
    [729 * day, '729d'],
    [730 * day, '2y'],
    [765 * day, '2y35d'],
    [365 * 8 * day, '8y'],
    [365 * 9 * day + 40 * day, '9y'],
  ])('of %i seconds are shown as %s', (seconds, shown) => {
    expect(humanDuration(seconds * 1000)).toBe(shown);
  });
});
