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
