import { expect, test } from 'vitest';
import { builtInResources } from '../../../../src/apis/index.ts';
import type { ResourceRequest } from '../../../../src/apiserver/handlers/request.ts';
import { outputForm, respondPages, statusErrorOf } from '../../../../src/apiserver/handlers/respond.ts';
import {
  RevisionAheadError,
  RevisionExpiredError,
  TenantNotFoundError,
  UnavailableError,
} from '../../../../src/apiserver/storage/errors.ts';
import { StatusError } from '../../../../src/meta/status-error.ts';

test.each([
  [new UnavailableError('connection refused'), 503, 'ServiceUnavailable'],
  [new RevisionExpiredError(1, 5), 410, 'Expired'],
  [new RevisionAheadError(9, 5), 504, 'Timeout'],
  [new TenantNotFoundError('x'), 404, 'NotFound'],
  [StatusError.badRequest('x'), 400, 'BadRequest'],
  [new TypeError('a bug'), 500, 'InternalError'],
])('%s becomes %i %s', (error, code, reason) => {
  expect(statusErrorOf(error).status).toMatchObject({ code, reason, status: 'Failure' });
});

test('clients are told when to come back', () => {
  expect(statusErrorOf(new UnavailableError('x')).status.details?.retryAfterSeconds).toBe(1);
  expect(statusErrorOf(new RevisionAheadError(9, 5)).status.details).toMatchObject({
    causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }],
  });
});

function listed(count: number, accept = 'application/json') {
  const definition = builtInResources.find(({ resource }) => resource === 'configmaps')!;
  const raw = new Request('https://kedge/api/v1/configmaps', { headers: { accept } });
  // Only what a list looks at.
  const only = { raw, definition, query: new URLSearchParams(), warnings: [], id: 'audit', deps: {} };
  const request = only as unknown as ResourceRequest;
  const items = Array.from({ length: count }, (_, index) => {
    const [name, uid] = [`name-${index}`, `uid-${index}`];
    const body = JSON.stringify({ metadata: { name, uid }, data: { text: 'ü'.repeat(index % 50) } });
    return { resource: 'configmaps', namespace: 'default', name, uid, revision: index + 1, body };
  });
  const page = { revision: 9000, items, reread: () => Promise.reject(new Error('nothing paused')) };
  return respondPages(request, page, false, outputForm(request), () => {});
}

test.each([0, 1, 100, 101, 200, 250])('a list of %i objects has each of them once, in order', async (count) => {
  const list = (await listed(count).json()) as {
    kind: string;
    metadata: { resourceVersion: string };
    items: { metadata: { name: string; resourceVersion: string }; data: { text: string } }[];
  };
  expect(list.kind).toBe('ConfigMapList');
  expect(list.metadata.resourceVersion).toBe('9000');
  expect(list.items.map(({ metadata }) => [metadata.name, metadata.resourceVersion])).toEqual(
    Array.from({ length: count }, (_, index) => [`name-${index}`, String(index + 1)]),
  );
  expect(list.items.every(({ data }, index) => data.text === 'ü'.repeat(index % 50))).toBe(true);
});

test('a long list comes in pieces that a client can stop taking', async () => {
  const reader = listed(1000).body!.getReader();
  const { value } = await reader.read();
  expect(value!.byteLength).toBeLessThan(100 * 1024);
  await reader.cancel();
});

test('a long list in YAML is whole', async () => {
  expect(await listed(250, 'application/yaml').text()).toContain('name: name-249');
});
