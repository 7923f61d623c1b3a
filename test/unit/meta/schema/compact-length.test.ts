import { expect, test } from 'vitest';
import { compactLength } from '../../../../src/meta/schema/compact-length.ts';

test.each([{ a: [1, -2.5e9, true, null], 'b c': 'x y\t"z"\\', d: { e: '' } }, [], 'a " \\ \n b', { '\\': '\\"' }])(
  'is as long as the compact form, however it is spaced: %j',
  (value) => {
    const compact = JSON.stringify(value);
    expect(compactLength(compact)).toBe(compact.length);
    expect(compactLength(JSON.stringify(value, null, 8))).toBe(compact.length);
    expect(compactLength(`\n\t ${compact}\r\n`)).toBe(compact.length);
  },
);
