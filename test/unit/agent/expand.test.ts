import { expect, it } from 'vitest';
import { expand } from '../../../agent/pods/expand.ts';

const lookup = (name: string) => ({ A: 'x', 'B$(A': 'y', EMPTY: '' })[name];

it.each([
  ['$(A)-$$(A)-$(NONE)-$A-$', 'x-$(A)-$(NONE)-$A-$'],
  ['$(B$(A))', 'y)'],
  ['$(EMPTY)$(A', '$(A'],
  ['$$$(A)$', '$x$'],
  ['', ''],
])('%j expands to %j', (text, expanded) => {
  expect(expand(text, lookup)).toBe(expanded);
});

it('S4: a million beginnings of references take one look', () => {
  const text = '$('.repeat(1_000_000);
  const start = performance.now();
  expect(expand(text, lookup)).toBe(text);
  expect(performance.now() - start).toBeLessThan(1000);
});

it('S4: variables that are made of variables do not double for ever', () => {
  let value = 'x'.repeat(1000);
  for (let level = 0; level < 40; level += 1) {
    const known = value;
    value = expand('$(A)$(A)', (name) => (name === 'A' ? known : undefined));
  }
  expect(value.length).toBeLessThanOrEqual(1024 * 1024 + 4);
});
