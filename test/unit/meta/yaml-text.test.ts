import { load } from 'js-yaml';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { MAX_DEPTH } from '../../../src/meta/depth.ts';
import { yamlText } from '../../../src/meta/yaml-text.ts';
import { hostileText, TEXTS } from '../../support/fuzz/hostile.ts';
import { createRandom } from '../../support/fuzz/random.ts';

/** What both kinds of readers make of it. */
function readBack(text: string): unknown[] {
  return [parse(text, { version: '1.1', intAsBigInt: false }), parse(text), load(text)];
}

it('is what one writes by hand', () => {
  const value = {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'a', labels: {}, finalizers: [] },
    data: {
      on: 'yes',
      date: '2026-01-01',
      number: '1',
      url: 'http://a:80/b',
      text: 'one\ntwo\n',
      rest: 'a\nb',
      'a: b': '',
    },
    list: [{ name: 'x', ports: [1, 2.5, null] }, [true, ['z']], 'A sentence (of words).'],
    big: 9007199254740993n,
  };
  expect(yamlText(value)).toBe(`apiVersion: v1
kind: ConfigMap
metadata:
  name: a
  labels: {}
  finalizers: []
data:
  "on": "yes"
  date: "2026-01-01"
  number: "1"
  url: http://a:80/b
  text: |
    one
    two
  rest: |-
    a
    b
  "a: b": ""
list:
  - name: x
    ports:
      - 1
      - 2.5
      - null
  - - true
    - - z
  - A sentence (of words).
big: 9007199254740993
`);
});

const KEYS = [
  ...TEXTS,
  'y',
  'NO',
  'Off',
  'null',
  '~',
  '-',
  '- a',
  '? a',
  'a: ',
  'a #b',
  'a:b',
  '1e3',
  '0o7',
  '12:30:45',
  '.inf',
  '=',
  'x'.repeat(2000),
];
const LINES = [
  'a\n',
  'a\n\n',
  '\na',
  ' a\nb',
  'a\n b',
  'a\n\n\nb\n\n\n',
  'a\n  \nb',
  'a\r\nb',
  'a\tb\nc',
  '\n',
  'a\n#b',
  'a\n---\n...\nb',
  'é\n😀',
  'a\u2028\nb',
  'a\n\ufeffb',
  'a\n\t',
];

it.each([...KEYS, ...LINES].filter((text) => text.isWellFormed()).map((text) => [text]))(
  'the text %j is read again as it was, as a value, a key, and in lists',
  (text) => {
    const key = text === '__proto__' || text === '<<' ? 'k' : text;
    const value = { [key]: text, list: [text, [text], { a: text, b: { [key]: [text] } }], c: { d: text } };
    for (const read of readBack(yamlText(value))) expect(read).toEqual(value);
  },
);

it('random values come back', () => {
  for (let index = 0; index < 400; index += 1) {
    const random = createRandom(5, index);
    const make = (depth: number): unknown => {
      const kind = random.int(depth > 4 ? 4 : 6);
      if (kind === 0) return random.pick([0, -1, 1.5, 65_536, 1e21, true, false, null]);
      if (kind < 4) return hostileText(random).toWellFormed().slice(0, 3000);
      if (kind === 4) return Array.from({ length: random.int(4) }, () => make(depth + 1));
      return Object.fromEntries(
        Array.from({ length: random.int(4) }, (_, at) => [`${random.pick(LINES)}${at}`, make(depth + 1)]),
      );
    };
    const value = { root: make(0), after: 1 };
    expect(load(yamlText(value))).toEqual(value);
    expect(parse(yamlText(value), { version: '1.1' })).toEqual(value);
  }
});

function deep(levels: number): unknown {
  let value: unknown = 'x';
  for (let level = 0; level < levels; level += 1) value = { a: value };
  return value;
}

it('what is deep is no longer than what it holds, and read all the same', () => {
  expect(yamlText(deep(MAX_DEPTH)).length).toBeLessThan(MAX_DEPTH * 20);
  expect(parse(yamlText(deep(200)))).toEqual(deep(200));
});
