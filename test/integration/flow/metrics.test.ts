import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import type { Session } from '../../contract/api-session.ts';
import { KEYS } from '../../hosts/encryption.ts';
import { type RunningNodeHost, startTestNodeHost } from '../../support/node-host.ts';
import { type FreshDatabase, freshDatabase } from '../../support/postgres.ts';

let fresh: FreshDatabase;
let host: RunningNodeHost;
let api: Session;

beforeAll(async () => {
  fresh = await freshDatabase();
  host = await startTestNodeHost({ databaseUrl: fresh.url, encryptionKeys: KEYS });
  api = host.session();
});
afterAll(async () => {
  await host?.stop();
  await fresh?.close();
});

it('tells of requests under upstream’s names, and of paths that clients make up nothing', async () => {
  await api.request('GET', '/api/v1/namespaces/default/configmaps');
  await api.request('GET', '/api/v1/namespaces/default/made-up-by-me/x');
  await api.request('MADEUP', '/api/v1/namespaces/default/configmaps');
  const { status, headers, text } = await api.request('GET', '/metrics');
  expect(status).toBe(200);
  expect(headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/);
  const labels = 'verb="LIST",group="",version="v1",resource="configmaps",subresource="",scope="namespace"';
  expect(text).toContain(`apiserver_request_total{${labels},code="200"} 1\n`);
  expect(text).toContain(`apiserver_request_duration_seconds_count{${labels}} 1\n`);
  expect(text).toContain('kedge_event_loop_stall_seconds_count 0\n');
  expect(text).toContain('process_cpu_seconds_total');
  expect(text).not.toMatch(/made-?up/i);
});

it('shows metrics to those who may get /metrics, as a path', async () => {
  const meta = { apiVersion: 'rbac.authorization.k8s.io/v1' };
  await api.expectOk('POST', '/api/v1/namespaces/default/serviceaccounts', { metadata: { name: 'scraper' } });
  const tokens = '/api/v1/namespaces/default/serviceaccounts/scraper/token';
  const { status } = await api.expectOk('POST', tokens, {
    apiVersion: 'authentication.k8s.io/v1',
    kind: 'TokenRequest',
  });
  expect((await api.request('GET', '/metrics', { token: status.token })).status).toBe(403);
  expect((await api.request('GET', '/metrics', { token: '' })).status).toBe(401);
  await api.expectOk('POST', '/apis/rbac.authorization.k8s.io/v1/clusterrolebindings', {
    ...meta,
    kind: 'ClusterRoleBinding',
    metadata: { name: 'scraper' },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'system:monitoring' },
    subjects: [{ kind: 'ServiceAccount', namespace: 'default', name: 'scraper' }],
  });
  await vi.waitFor(async () => {
    expect((await api.request('GET', '/metrics', { token: status.token })).status).toBe(200);
  });
});
