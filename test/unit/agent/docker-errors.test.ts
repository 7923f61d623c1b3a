import { expect, test } from 'vitest';
import { engineMessage } from '../../../agent/runtime/docker/errors.ts';

test.each([
  ['with a body', { json: { message: 'No such image: x' } }, 'No such image: x'],
  ['whose answer is a stream', {}, 'Get "https://nosuch.invalid/v2/": dial tcp: no such host'],
])("an error of the daemon %s is told in the daemon's words", (_, fields, words) => {
  const wrapped = new Error('(HTTP code 500) server error - Get "https://nosuch.invalid/v2/": dial tcp: no such host ');
  expect(engineMessage(Object.assign(wrapped, fields))).toBe(words);
});
