/** The fuzzer's own eyes: what it must not pass, and that a seed repeats. */
import { describe, expect, it } from 'vitest';
import type { Answer } from '../../support/fuzz/client.ts';
import { wrongWith } from '../../support/fuzz/judge.ts';
import { makeRequest, surface } from '../../support/fuzz/requests.ts';

const JSON_TYPE = { 'content-type': 'application/json' };

function answer(status: number, body: unknown, more: Partial<Answer> = {}): Answer {
  return {
    status,
    headers: JSON_TYPE,
    text: typeof body === 'string' ? body : JSON.stringify(body),
    cut: false,
    ...more,
  };
}

function failure(code: number, reason: string, message = 'm') {
  return { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', reason, message, code };
}

describe('what is wrong with an answer', () => {
  it.each<[string, Answer, RegExp]>([
    ['500', answer(500, failure(500, 'InternalError')), /^500 InternalError/],
    ['502', answer(502, failure(502, 'BadGateway')), /^502/],
    ['503 of another reason', answer(503, failure(503, 'Unknown')), /^503/],
    ['504 of another reason', answer(504, failure(504, 'Unknown')), /^504/],
    ['an error without a Status', answer(404, { message: 'no' }), /^no Status: 404/],
    ['a Status of another code', answer(404, failure(400, 'BadRequest')), /^no Status: 404/],
    ['an error in plain text', answer(400, 'Bad Request', { headers: { 'content-type': 'text/plain' } }), /^no Status/],
    ['no reason', answer(400, failure(400, '')), /^no reason/],
    ['no message', answer(400, failure(400, 'BadRequest', '')), /^no reason or message/],
    ['a stack', answer(400, failure(400, 'BadRequest', 'x at f (file:///a.ts:1:2)')), /^a stack/],
    ['JSON that is none', answer(200, '{"a":'), /^not application\/json/],
    ['a redirect', answer(302, {}), /^status 302/],
    ['a value of the other tenant', answer(200, { data: { a: 'canary-two' } }), /^a value of the other tenant/],
    ['and in what was cut', answer(200, '{"a":"canary-two', { cut: true }), /^a value of the other tenant/],
    ['a header of the client’s', answer(200, {}, { headers: { ...JSON_TYPE, 'x-injected': '1' } }), /^a header/],
  ])('%s', (_, given, wrong) => {
    expect(wrongWith(given, 'GET', ['canary-two'])).toMatch(wrong);
  });

  it.each<[string, Answer]>([
    ['an object', answer(200, { kind: 'Pod' })],
    ['a Status', answer(404, failure(404, 'NotFound'))],
    ['too large a resourceVersion', answer(504, failure(504, 'Timeout'))],
    ['too many requests', answer(429, failure(429, 'TooManyRequests'))],
    ['a watch that was left', answer(200, '{"type":"ADD', { cut: true })],
  ])('nothing: %s', (_, given) => {
    expect(wrongWith(given, 'GET', ['canary-two'])).toBeUndefined();
  });
});

it('a request comes from its seed and its number alone, and each kind has its turn', () => {
  const requests = Array.from({ length: 3000 }, (_, index) => makeRequest(7, index));
  expect(makeRequest(7, 2999)).toEqual(requests[2999]);
  expect(makeRequest(8, 2999)).not.toEqual(requests[2999]);
  for (const { group, resource } of [...surface.stored, ...surface.answered]) {
    const root = group === '' ? '/api/v1/' : `/apis/${group}/`;
    const asked = requests.filter(({ path }) => path.startsWith(root) && path.includes(`/${resource}`));
    expect(asked.length, resource).toBeGreaterThan(5);
  }
  const types = new Set(requests.map(({ headers }) => headers['content-type']));
  for (const type of ['json', 'yaml', 'vnd.kubernetes.protobuf', 'merge-patch+json', 'apply-patch+yaml']) {
    expect(types).toContain(`application/${type}`);
  }
});
