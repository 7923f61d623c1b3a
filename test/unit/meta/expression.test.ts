import { expect, it } from 'vitest';
import { expression } from '../../../src/meta/expression.ts';
import { link } from '../../../src/meta/schema/link.ts';
import { validateSchema } from '../../../src/meta/schema/validate.ts';

it('S4: a pattern that backtracks for ever on other engines is linear in the text', () => {
  const schema = link({ type: 'string', pattern: '^(a+)+$' }, {});
  const start = performance.now();
  expect(validateSchema(schema, 'a'.repeat(100_000))).toEqual([]);
  expect(validateSchema(schema, `${'a'.repeat(100_000)}!`)).toMatchObject([{ type: 'FieldValueInvalid' }]);
  expect(performance.now() - start).toBeLessThan(5000);
});

it('understands what upstream does, and tells what it does not', () => {
  expect(expression('^\\p{L}[[:digit:]]$')).toMatchObject({});
  expect((expression('^\\p{L}[[:digit:]]$') as { test(text: string): boolean }).test('é5')).toBe(true);
  expect(expression('(?=a)')).toContain('invalid or unsupported Perl syntax');
  const [error] = validateSchema(link({ type: 'string', pattern: '(' }, {}), 'x');
  expect(error?.message).toContain("should match '(, but pattern is invalid: ");
});

it.each([
  ['repetitions side by side', 'a{1000}'.repeat(500)],
  ['repetitions in each other', '((a{10}){10}){10}'.repeat(500)],
  ['repetitions of a group', `(${'ab'.repeat(50)}){0,900}`],
  ['classes of Unicode', `(?i)${'\\p{L}'.repeat(3000)}`],
  ['length', Array.from({ length: 100_000 }, (_, index) => `k${index}`).join('|')],
  ['brackets that nothing closes', '['.repeat(300_000)],
  ['groups that nothing closes', '('.repeat(300_000)],
  ['escaped brackets', '[\\]'.repeat(100_000)],
])('S4: a pattern that would become too large is refused before it is compiled: %s', (_, pattern) => {
  const before = process.threadCpuUsage();
  expect(expression(pattern)).toBe('error parsing regexp: expression too large');
  const { user, system } = process.threadCpuUsage(before);
  // Compiled, they took 0.2 to 0.6 s; looked at, 50 ms at most.
  expect((user + system) / 1000).toBeLessThan(1000);
});

it.each([
  '^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$',
  '^(([0-9]{1,3}\\.){3}[0-9]{1,3}|[[:xdigit:]:]{2,39})$',
  '^[^\\]\\[]{0,253}$',
  '^\\p{Lu}{1,63}$',
  '\\{2000\\}',
  `^(${Array.from({ length: 500 }, (_, index) => `region-${index}`).join('|')})$`,
])('takes honest patterns: %s', (pattern) => {
  expect(typeof expression(pattern)).toBe('object');
});
