import { expect, test } from 'vitest';
import { decodeContinue, encodeContinue } from '../../../../src/apiserver/registry/continue-token.ts';

test.each([
  { revision: 12, after: { namespace: 'ns', name: 'a' } },
  { revision: 12, after: { namespace: '', name: 'a.b' } },
  { after: { namespace: 'ns', name: 'a' } },
])('%j survives the way to the client and back', (token) => {
  expect(decodeContinue(encodeContinue(token))).toEqual(token);
});

test.each([
  '',
  'garbage',
  '{}',
  btoa('{"v":"meta.k8s.io/v2","rv":1,"start":"a/b"}'),
  btoa('{"v":"meta.k8s.io/v1","rv":0}'),
  btoa('null'),
])('%j is refused', (text) => {
  expect(() => decodeContinue(text)).toThrow('continue key is not valid');
});
