import { describe, expect, it } from 'vitest';
import { decodeJson, decodeYaml, MAX_YAML } from '../../../../src/meta/schema/decode.ts';
import { StatusError } from '../../../../src/meta/status-error.ts';

describe('JSON bodies', () => {
  it.each([
    ['{"a":1}', []],
    ['{"a":1,"a":2}', ['duplicate field "a"']],
    ['{"a":1,"a":2,"a":3}', ['duplicate field "a"']],
    ['{"a":{"b":1,"c":[{"d":1},{"d":1,"e":2,"d":3}],"b":2}}', ['duplicate field "a.c[1].d"', 'duplicate field "a.b"']],
    ['[[{"x":0}],[0,{"x":0,"x":1}]]', ['duplicate field "[1][1].x"']],
    ['{"a":"\\"a\\":1","b":"{\\\\","a":2}', ['duplicate field "a"']],
    ['{"a":{"a":{"a":1}}}', []],
    ['{"\\u0061":1,"a":2}', ['duplicate field "a"']],
    ['{"a":["a","a"],"b":["b"]}', []],
    ['{"metadata":{"labels":{"x/y":"1","x/y":"2"}}}', ['duplicate field "metadata.labels.x/y"']],
    [' { "a" : [ ] , "b" : { } , "a" : null } ', ['duplicate field "a"']],
    ['{"__proto__":1,"__proto__":2}', ['duplicate field "__proto__"']],
    ['"text"', []],
  ])('%s has duplicates %j', (text, duplicates) => {
    expect(decodeJson(text)).toEqual({ value: JSON.parse(text), duplicates });
    expect(decodeJson(text, { strict: false })).toEqual({ value: JSON.parse(text), duplicates: [] });
  });

  it('names at most a hundred duplicates', () => {
    const twice = Array.from({ length: 150 }, (_, index) => `"k${index}":1,"k${index}":1`);
    expect(decodeJson(`{${twice.join()}}`).duplicates).toHaveLength(100);
  });

  it.each([
    ['', 'unexpected end of JSON input'],
    ['{', 'unexpected end of JSON input'],
    ['{"a"', 'unexpected end of JSON input'],
    ['{"a":"b', 'unexpected end of JSON input'],
    ['{a:1}', "invalid character 'a' looking for beginning of object key string"],
    ['{"a":}', "invalid character '}' looking for beginning of value"],
    ['{"a" 1}', "invalid character '1' after object key"],
    ['{"a":1 "b":2}', `invalid character '"' after object key:value pair`],
    ['{"a":1,}', "invalid character '}' looking for beginning of object key string"],
    ['[1 2]', "invalid character '2' after array element"],
    ['[1,]', "invalid character ']' looking for beginning of value"],
    ['{} x', "invalid character 'x' after top-level value"],
    ['{"a":tru}', "invalid character '}' in literal true (expecting 'e')"],
    ['{"a":-}', "invalid character '}' in numeric literal"],
    ['{"a":1.}', "invalid character '}' after decimal point in numeric literal"],
    ['{"a":1e}', "invalid character '}' in exponent of numeric literal"],
    ['{"a":"\\x"}', "invalid character 'x' in string escape code"],
    ['{"a":"\\u00g0"}', "invalid character 'g' in \\u hexadecimal character escape"],
    ['{"a":"\n"}', "invalid character '\\n' in string literal"],
    ["{'a':1}", "invalid character '\\'' looking for beginning of object key string"],
    ['[01]', "invalid character '1' after array element"],
  ])('%j is malformed: %s', (text, problem) => {
    const failing = () => decodeJson(text);
    expect(failing).toThrow(StatusError);
    expect(failing).toThrow(`couldn't get version/kind; json parse error: ${problem}`);
  });

  it('are quoted when they cannot be read as the kind', () => {
    expect(() => decodeJson('{a}', { kind: 'Pod' })).toThrow(
      "the object provided is unrecognized (must be of type Pod): couldn't get version/kind; json parse error: invalid character 'a' looking for beginning of object key string ({a})",
    );
    expect(() => decodeJson('x', { kind: 'Pod' })).toThrow('looking for beginning of value (78)');
    expect(() => decodeJson(`{${'a'.repeat(50)}`, { kind: 'Pod' })).toThrow(`({${'a'.repeat(29)} ...)`);
  });

  it('are refused when they are nested beyond reason', () => {
    const deep = '['.repeat(100_000) + ']'.repeat(100_000);
    expect(() => decodeJson(deep)).toThrow('exceeded max depth');
    expect(() => decodeJson(deep, { strict: false })).toThrow('exceeded max depth');
    expect(decodeJson('['.repeat(900) + ']'.repeat(900)).duplicates).toEqual([]);
  });
});

describe('YAML bodies', () => {
  it('are read as upstream reads YAML 1.1', () => {
    const text = [
      'a: yes',
      'b: off',
      'c: 0644',
      'd: "yes"',
      'e: 2020-01-01T00:00:00Z',
      'f: 80:80',
      'g: ~',
      'h: 1.5',
      'i: null',
      '1: x',
      'base: &base {k: 1}',
      'merged: {<<: *base, l: 2}',
    ].join('\n');
    expect(decodeYaml(text).value).toEqual({
      a: true,
      b: false,
      c: 420,
      d: 'yes',
      e: '2020-01-01T00:00:00Z',
      f: '80:80',
      g: null,
      h: 1.5,
      i: null,
      '1': 'x',
      base: { k: 1 },
      merged: { k: 1, l: 2 },
    });
  });

  it('name the lines of duplicate keys, of which the last counts', () => {
    const decoded = decodeYaml('a: 1\nb:\n  c: 1\n  c: 2\na: 3\n');
    expect(decoded.value).toEqual({ a: 3, b: { c: 2 } });
    expect(decoded.duplicates).toEqual([
      'yaml: unmarshal errors:\n  line 4: key "c" already set in map\n  line 5: key "a" already set in map',
    ]);
    expect(decodeYaml('a: 1\na: 2\n', { strict: false }).duplicates).toEqual([]);
  });

  it('count their first document only', () => {
    expect(decodeYaml('---\na: 1\n---\nb: 2\n').value).toEqual({ a: 1 });
  });

  it('know what scalars mean, and what only looks like it', () => {
    const text = [
      'list: [0x1f, -0x1f, 0b101, 0o17, 017, 089, 1_000, .5, 1e3, -1, +1, y, N, "1", \'~\', !!str 5, !!int "7", .inf]',
      'block: |',
      '  yes',
      '? key',
      ': value',
      'true: a',
      '"quoted": ""',
      'empty:',
      '__proto__: {a: 1}',
    ].join('\n');
    const { value } = decodeYaml(text.replace(']', ']'));
    expect(value).toEqual({
      list: [31, -31, 5, 15, 15, 89, 1000, 0.5, 1000, -1, 1, true, false, '1', '~', '5', 7, '.inf'],
      block: 'yes\n',
      key: 'value',
      true: 'a',
      quoted: '',
      empty: null,
      ['__proto__']: { a: 1 },
    });
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
  });

  it('may be JSON, with whatever JSON allows', () => {
    const long = 'x'.repeat(MAX_YAML);
    expect(decodeYaml(JSON.stringify({ a: long, b: 'yes' })).value).toEqual({ a: long, b: 'yes' });
    expect(decodeYaml('{a: yes}').value).toEqual({ a: true });
  });

  it.each([
    ['a: 1\n---\nb: [', { a: 1 }],
    ['# comment\n%YAML 1.1\n---\na: 1\n...\nb: 2\n', { a: 1 }],
    ['--- \n---\nb: 2', null],
    ['a: |\n  ---\n  x\n', { a: '---\nx\n' }],
    ['', null],
    ['# nothing\n', null],
  ])('of %j are %j', (text, value) => {
    expect(decodeYaml(text).value).toEqual(value);
  });

  it('merge maps, of which own keys and the first map count', () => {
    const text = 'a: &a {p: 1, q: 1}\nb: &b {q: 2, r: 2}\nc:\n  r: 3\n  <<: [*b, *a]\n  p: 3\n';
    expect(decodeYaml(text).value).toMatchObject({ c: { p: 3, q: 2, r: 3 } });
    expect(decodeYaml(text).duplicates).toEqual([]);
    expect(decodeYaml('a: {<<: {b: 1}, c: 2}').value).toEqual({ a: { b: 1, c: 2 } });
  });

  it.each([
    ['a: {<<: [1, 2]}', 'map merge requires map or sequence of maps as the value'],
    ['a: {<<: 1}', 'map merge requires map or sequence of maps as the value'],
    ['a: &a [*a]', "anchor 'a' value contains itself"],
    ['a: *b', "unknown anchor 'b' referenced"],
    ['{a: 1}: 2', 'invalid map key'],
    ['? [a]\n: 2', 'invalid map key'],
    ['~: 1', 'unsupported map key'],
  ])('S15: %j is refused: %s', (text, problem) => {
    expect(() => decodeYaml(text)).toThrow(problem);
    expect(() => decodeYaml(text)).toThrow(StatusError);
  });

  it('do not share what aliases name', () => {
    const { value } = decodeYaml('a: &a {b: {c: 1}}\nd: *a\n') as { value: { a: { b: object }; d: { b: object } } };
    expect(value.a).toEqual(value.d);
    expect(value.a.b).not.toBe(value.d.b);
  });

  it('S6: of more than 256 KiB are refused before they are read', () => {
    const text = `a: [${'1,'.repeat(MAX_YAML / 2)}1]`;
    expect(() => decodeYaml(text)).toThrow(expect.objectContaining({ code: 413 }));
  });

  const sized = (unit: string, head = '', tail = '') =>
    head + unit.repeat(Math.floor((MAX_YAML - head.length - tail.length) / unit.length)) + tail;
  it.each([
    ['a list', sized('1,', 'a: [', '1]')],
    ['a map', sized('k: v\n')],
    ['pairs', sized('a: b,', '[', 'a: b]')],
    ['documents', sized('---\na: 1\n')],
    ['comments', sized('#\n', 'a: 1\n')],
    ['errors', sized('a: ]\n')],
    ['quotes', sized('"\n')],
    ['brackets', sized('[')],
    ['dashes', sized('- ')],
    ['question marks', sized('? ')],
    ['aliases', sized('*a,', 'a: &a x\nb: [', '*a]')],
    ['merges', sized('  <<: *a\n', 'a: &a {b: 1}\nc:\n')],
    ['anchors', sized('&a x,', '[', 'x]')],
  ])('S6: of the largest size, full of %s, take little time', (_, text) => {
    const start = performance.now();
    try {
      decodeYaml(text);
    } catch (error) {
      expect(error).toBeInstanceOf(StatusError);
    }
    expect(performance.now() - start).toBeLessThan(1500);
  });

  it('are refused when malformed, with the line', () => {
    expect(() => decodeYaml('a: 1\nb: [1\n')).toThrow(/error converting YAML to JSON: yaml: line \d+: /);
    expect(() => decodeYaml('a: b: c')).toThrow(StatusError);
  });

  it('are refused when aliases multiply or nesting has no end', () => {
    const lol = ['a: &a [x,x,x,x,x,x,x,x,x]'];
    for (const [from, to] of ['ab', 'bc', 'cd', 'de', 'ef', 'fg']) {
      lol.push(`${to}: &${to} [${Array(9).fill(`*${from}`).join()}]`);
    }
    expect(() => decodeYaml(lol.join('\n'))).toThrow(StatusError);
    expect(() => decodeYaml('['.repeat(20_000))).toThrow(StatusError);
  });
});
