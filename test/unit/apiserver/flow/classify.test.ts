import { expect, test } from 'vitest';
import { classify } from '../../../../src/apiserver/flow/classify.ts';
import { parseRequestInfo } from '../../../../src/apiserver/request/info.ts';

function levelOf(method: string, path: string, user: { groups: string[]; operator?: boolean }): string {
  const query = new URL(path, 'https://host').searchParams;
  const info = parseRequestInfo(method, path.split('?')[0]!, query);
  const { operator = false, groups } = user;
  const known = { of: () => undefined };
  return classify({ tenant: 'acme', user: { name: 'someone', groups }, operator, info, query }, known).level;
}

const PODS = '/api/v1/namespaces/default/pods';

test('only the operators of the root tenant are past all bounds', () => {
  expect(levelOf('GET', PODS, { groups: ['system:masters'], operator: true })).toBe('exempt');
  expect(levelOf('GET', PODS, { groups: ['system:masters'] })).toBe('lists');
  expect(levelOf('GET', PODS, { groups: ['system:authenticated'], operator: true })).toBe('lists');
});

test('what keeps nodes and leaders alive, and single objects, have a lane of their own', () => {
  const node = { groups: ['system:nodes'] };
  const lease = '/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases/n1';
  expect(levelOf('PUT', lease, node)).toBe('light');
  expect(levelOf('PATCH', '/api/v1/nodes/n1/status', node)).toBe('light');
  expect(levelOf('GET', `${PODS}/a`, { groups: [] })).toBe('light');
  expect(levelOf('PATCH', '/api/v1/nodes/n1/status', { groups: [] })).toBe('workload');
  expect(levelOf('GET', PODS, node)).toBe('system');
  expect(levelOf('GET', '/livez', { groups: [] })).toBe('exempt');
});

test('S8: writes wait for no list, whose seats are held for as long as its client reads', () => {
  expect(levelOf('POST', PODS, { groups: [] })).toBe('workload');
  for (const path of [PODS, `${PODS}?watch=1`]) expect(levelOf('GET', path, { groups: [] })).toBe('lists');
  expect(levelOf('DELETE', PODS, { groups: [] })).toBe('lists');
  expect(levelOf('GET', `${PODS}/a/log`, { groups: [] })).toBe('workload');
});
