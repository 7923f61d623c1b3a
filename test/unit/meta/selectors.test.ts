import { describe, expect, it } from 'vitest';
import {
  formatLabelSelector,
  labelSelectorRequirements,
  mapSelectorMatches,
  matchesFields,
  matchesLabels,
  parseFieldSelector,
  parseLabelSelector,
  selectorMatches,
} from '../../../src/meta/selectors.ts';
import { StatusError } from '../../../src/meta/status-error.ts';

describe('label selectors', () => {
  it.each([
    ['', ''],
    ['x=a', 'x=a'],
    ['x==a', 'x=a'],
    ['x!=a', 'x!=a'],
    ['x', 'x'],
    ['!x', '!x'],
    ['x>1', 'x>1'],
    ['x<7,z', 'x<7,z'],
    ['x=a,y=b', 'x=a,y=b'],
    ['z,y,x', 'x,y,z'],
    ['x in (b,a)', 'x in (a,b)'],
    ['x in (foo,,baz),y,z notin ()', 'x in (,baz,foo),y,z!='],
    [' x  notin ( foo , bar ) ', 'x notin (bar,foo)'],
    ['x=', 'x='],
    ['x=,z= ', 'x=,z='],
    ['x in (in)', 'x=in'],
    ['in in (notin)', 'in=notin'],
    ['x=in', 'x=in'],
    ['example.com/key=v', 'example.com/key=v'],
  ])('reads %j', (text, canonical) => {
    expect(formatLabelSelector(parseLabelSelector(text))).toBe(canonical);
  });

  it.each([
    ['x=a||y=b', 'unable to parse requirement: values[0][x]: Invalid value: "a||y": a valid label must be'],
    ['x==a==b', "found '==', expected: ',' or 'end of string'"],
    ['x<<1', "unable to parse requirement: found '<', expected: identifier"],
    ['x in', "unable to parse requirement: found '' expected: '('"],
    ['x in a', "unable to parse requirement: found 'a' expected: '('"],
    ['x in (a', "unable to parse requirement: found '', expected: ',' or ')'"],
    ['x in (a b)', "unable to parse requirement: found 'b', expected: ',' or ')'"],
    ['x,', "found '', expected: identifier after ','"],
    ['=a', "found '=', expected: !, identifier, or 'end of string'"],
    ['x a', "unable to parse requirement: found 'a', expected: !=, <, =, ==, >, in, notin"],
    ['!x=a', "found '=', expected: ',' or 'end of string'"],
    [
      'x>a',
      "unable to parse requirement: values[0]: Invalid value: \"a\": for 'Gt', 'Lt' operators, the value must be an integer",
    ],
    ['a/b/c', 'unable to parse requirement: <nil>: Invalid value: "a/b/c": a valid label key must consist of'],
    ['x=-a', 'unable to parse requirement: values[0][x]: Invalid value: "-a": a valid label must be an empty string'],
  ])('refuses %j in upstream words', (text, message) => {
    expect(() => parseLabelSelector(text)).toThrow(StatusError);
    expect(() => parseLabelSelector(text)).toThrow(message);
  });

  it.each([
    ['', {}, true],
    ['x=y', { x: 'y' }, true],
    ['x=y', { x: 'z' }, false],
    ['x=y', {}, false],
    ['x!=y', {}, true],
    ['x!=y', { x: 'y' }, false],
    ['x notin (y,z)', { x: 'a' }, true],
    ['x', { x: '' }, true],
    ['!x', { x: '' }, false],
    ['x=', { x: '' }, true],
    ['x>1', { x: '2' }, true],
    ['x>1', { x: '1' }, false],
    ['x<9223372036854775807', { x: '9223372036854775806' }, true],
    ['x>1', { x: 'many' }, false],
    ['x>1', {}, false],
    ['x=y,z', { x: 'y' }, false],
    ['constructor', {}, false],
  ] as [string, Record<string, string>, boolean][])('%j on %j is %s', (text, labels, matches) => {
    expect(matchesLabels(parseLabelSelector(text), labels)).toBe(matches);
  });

  it('come from LabelSelector objects, where none selects nothing and an empty one everything', () => {
    const selector = {
      matchLabels: { b: 'x' },
      matchExpressions: [
        { key: 'a', operator: 'NotIn', values: ['1', '2'] },
        { key: 'c', operator: 'Exists' },
      ],
    };
    expect(formatLabelSelector(labelSelectorRequirements(selector))).toBe('a notin (1,2),b=x,c');
    expect(selectorMatches(selector, { b: 'x', c: '' })).toBe(true);
    expect(selectorMatches(selector, { a: '1', b: 'x', c: '' })).toBe(false);
    expect(selectorMatches(undefined, {})).toBe(false);
    expect(selectorMatches(null, {})).toBe(false);
    expect(selectorMatches({}, undefined)).toBe(true);
    expect(() => labelSelectorRequirements({ matchExpressions: [{ key: 'a', operator: 'Near' }] })).toThrow(
      '"Near" is not a valid label selector operator',
    );
  });

  it('as plain maps select nothing when empty', () => {
    expect(mapSelectorMatches({}, { a: 'b' })).toBe(false);
    expect(mapSelectorMatches({ a: 'b' }, { a: 'b', c: 'd' })).toBe(true);
    expect(mapSelectorMatches({ a: 'b', e: 'f' }, { a: 'b' })).toBe(false);
  });
});

describe('field selectors', () => {
  it.each([
    ['', []],
    ['a=b', [{ path: 'a', operator: '=', value: 'b' }]],
    ['a==b,', [{ path: 'a', operator: '=', value: 'b' }]],
    ['spec.nodeName!=', [{ path: 'spec.nodeName', operator: '!=', value: '' }]],
    [
      String.raw`a=b\,c,d=e\=f\\`,
      [
        { path: 'a', operator: '=', value: 'b,c' },
        { path: 'd', operator: '=', value: 'e=f\\' },
      ],
    ],
    [
      'b=2,a=1',
      [
        { path: 'a', operator: '=', value: '1' },
        { path: 'b', operator: '=', value: '2' },
      ],
    ],
  ])('reads %j', (text, requirements) => {
    expect(parseFieldSelector(text)).toEqual(requirements);
  });

  it.each([
    ['ab', "invalid selector: 'ab'; can't understand 'ab'"],
    ['a=b=c', 'invalid field selector: unescaped character in value: 61'],
    [String.raw`a=b\c`, String.raw`invalid field selector: invalid escape sequence: \c`],
    ['a=b\\', 'invalid field selector: invalid escape sequence: \\'],
  ])('refuses %j', (text, message) => {
    expect(() => parseFieldSelector(text)).toThrow(message);
  });

  it('match by equality, an absent field being empty', () => {
    expect(matchesFields(parseFieldSelector('a=1,b!=2'), { a: '1' })).toBe(true);
    expect(matchesFields(parseFieldSelector('a=1'), { a: '2' })).toBe(false);
    expect(matchesFields(parseFieldSelector('a='), {})).toBe(true);
  });
});
