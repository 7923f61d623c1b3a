import { describe, expect, it } from 'vitest';
import {
  byteLength,
  generateName,
  nameIsDns1035Label,
  nameIsDnsLabel,
  nameIsDnsSubdomain,
  nameIsPathSegment,
  randomSuffix,
  validateConfigMapKey,
  validateDns1035Label,
  validateDns1123Label,
  validateDns1123Subdomain,
  validateHttpHeaderName,
  validateLabelKey,
  validateLabelValue,
  validatePercent,
  validatePortName,
  validatePortNumber,
  validateRelaxedEnvVarName,
} from '../../../src/meta/names.ts';

const valid: [string, (value: string) => string[], string[]][] = [
  ['DNS labels', validateDns1123Label, ['a', '0', 'a-b', '123-abc', 'a'.repeat(63)]],
  ['DNS subdomains', validateDns1123Subdomain, ['a', 'a.b-c.d', '1.2.3', `${'a'.repeat(63)}.${'b'.repeat(189)}`]],
  ['DNS 1035 labels', validateDns1035Label, ['a', 'a-1']],
  ['label keys', validateLabelKey, ['a', 'A_b.c-1', 'example.com/Simple', `${'a'.repeat(253)}/${'b'.repeat(63)}`]],
  ['label values', validateLabelValue, ['', 'a', 'A_b.c-1', 'a'.repeat(63)]],
  ['relaxed environment variables', validateRelaxedEnvVarName, ['1', 'a b', 'A$%']],
  ['config map keys', validateConfigMapKey, ['a', '.hidden', 'A_B-c.d', '1']],
  ['HTTP headers', validateHttpHeaderName, ['X-Header-Name']],
  ['percents', validatePercent, ['0%', '25%', '1000%']],
  ['port names', validatePortName, ['a', 'http', 'p-80', '80a']],
];
const invalid: [string, (value: string) => string[], string[]][] = [
  ['DNS labels', validateDns1123Label, ['', 'A', '-a', 'a-', 'a_b', 'a.b', 'a'.repeat(64), 'a\n']],
  ['DNS subdomains', validateDns1123Subdomain, ['', '.a', 'a..b', 'a.', 'A.b', 'a'.repeat(254)]],
  ['DNS 1035 labels', validateDns1035Label, ['1a', '', 'a-', 'a.b']],
  ['label keys', validateLabelKey, ['', '-a', 'a/', '/a', 'a/b/c', 'A.com/x', 'a'.repeat(64), 'a b']],
  ['label values', validateLabelValue, ['-', 'a-', 'a b', 'a/b', 'a'.repeat(64), 'ä']],
  ['relaxed environment variables', validateRelaxedEnvVarName, ['', 'a=b', 'ä', 'a\tb']],
  ['config map keys', validateConfigMapKey, ['', 'a b', 'a/b', '.', '..', '..a', 'a'.repeat(254)]],
  ['HTTP headers', validateHttpHeaderName, ['', 'a b', 'a_b']],
  ['percents', validatePercent, ['', '25', '-1%', '1.5%', '%']],
  ['port names', validatePortName, ['', '80', 'a--b', '-a', 'A', 'a'.repeat(16)]],
];

describe('names', () => {
  it.each(valid)('accepts %s', (_, validate, values) => {
    for (const value of values) expect(validate(value), value).toEqual([]);
  });

  it.each(invalid)('refuses other %s', (_, validate, values) => {
    for (const value of values) expect(validate(value), value).not.toEqual([]);
  });

  it('explain themselves in upstream words', () => {
    expect(validateDns1123Label('A')).toEqual([
      "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')",
    ]);
    expect(validateDns1123Label('a.b')).toEqual(['must not contain dots']);
    expect(validateDns1123Label('a'.repeat(64))).toEqual(['must be no more than 63 characters']);
    expect(validateDns1123Subdomain('A_B')).toEqual([
      "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')",
    ]);
    expect(validateLabelKey('a.com/')).toEqual([
      'name part must be non-empty',
      "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')",
    ]);
    expect(validateLabelValue('a'.repeat(64))).toEqual(['must be no more than 63 bytes']);
    expect(validatePortNumber(0)).toEqual(['must be between 1 and 65535, inclusive']);
    expect(validatePortNumber(65535)).toEqual([]);
  });

  it('may end in a dash as a prefix of generated names', () => {
    for (const validate of [nameIsDnsSubdomain, nameIsDnsLabel, nameIsDns1035Label]) {
      expect(validate('web-', true)).toEqual([]);
      expect(validate('web-', false)).not.toEqual([]);
      expect(validate('-', true)).not.toEqual([]);
    }
  });

  it('that are only path segments may hold what a URL can', () => {
    expect(nameIsPathSegment('system:node', false)).toEqual([]);
    expect(nameIsPathSegment('a/b%', false)).toEqual(["may not contain '/'", "may not contain '%'"]);
    expect(nameIsPathSegment('..', false)).toEqual(["may not be '..'"]);
    expect(nameIsPathSegment('..', true)).toEqual([]);
  });

  it('are generated with five characters of the safe alphabet, within 63', () => {
    expect(generateName('web-')).toMatch(/^web-[bcdfghjklmnpqrstvwxz2456789]{5}$/);
    const long = generateName('a'.repeat(80));
    expect(long).toHaveLength(63);
    expect(long.startsWith('a'.repeat(58))).toBe(true);
    expect(randomSuffix(10)).toHaveLength(10);
    expect(new Set(Array.from({ length: 200 }, () => generateName('x'))).size).toBeGreaterThan(190);
  });

  it('are measured in bytes', () => {
    for (const text of ['', 'abc', 'ä', '€', '😀', 'a😀ä']) {
      expect(byteLength(text)).toBe(new TextEncoder().encode(text).length);
    }
  });
});
