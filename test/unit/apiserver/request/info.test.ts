import { describe, expect, test } from 'vitest';
import { parseRequestInfo } from '../../../../src/apiserver/request/info.ts';
import { splitTenantPath } from '../../../../src/apiserver/request/tenant.ts';

function info(method: string, url: string) {
  const { pathname, searchParams } = new URL(url, 'http://x');
  return parseRequestInfo(method, pathname, searchParams);
}

describe('parseRequestInfo', () => {
  test.each([
    ['GET', '/api/v1/namespaces/a/pods', { verb: 'list', group: '', namespace: 'a', resource: 'pods', name: '' }],
    ['GET', '/api/v1/pods', { verb: 'list', namespace: '', resource: 'pods' }],
    ['GET', '/api/v1/namespaces/a/pods?watch=1', { verb: 'watch' }],
    ['GET', '/api/v1/namespaces/a/pods?watch=false', { verb: 'list' }],
    ['GET', '/api/v1/watch/namespaces/a/pods', { verb: 'watch', namespace: 'a', resource: 'pods' }],
    ['GET', '/api/v1/namespaces/a/pods/p', { verb: 'get', name: 'p' }],
    ['HEAD', '/api/v1/namespaces/a/pods/p', { verb: 'get' }],
    ['POST', '/api/v1/namespaces/a/pods', { verb: 'create' }],
    ['PUT', '/api/v1/namespaces/a/pods/p/status', { verb: 'update', subresource: 'status' }],
    ['PATCH', '/apis/apps/v1/namespaces/a/deployments/d/scale', { verb: 'patch', group: 'apps', subresource: 'scale' }],
    ['DELETE', '/api/v1/namespaces/a/pods', { verb: 'deletecollection' }],
    ['DELETE', '/api/v1/namespaces/a', { verb: 'delete', resource: 'namespaces', name: 'a', namespace: 'a' }],
    ['PUT', '/api/v1/namespaces/a/finalize', { resource: 'namespaces', name: 'a', subresource: 'finalize' }],
    ['GET', '/api/v1/namespaces', { verb: 'list', resource: 'namespaces', namespace: '' }],
    ['GET', '/api/v1/nodes/n/proxy/stats/x', { resource: 'nodes', subresource: 'proxy', rest: ['stats', 'x'] }],
    ['GET', '/api/v1/pods?fieldSelector=metadata.name%3Dp,spec.nodeName%3Dn', { verb: 'list', name: 'p' }],
    ['GET', '/apis/rbac.authorization.k8s.io/v1/clusterroles/system%3Anode', { name: 'system:node' }],
  ])('%s %s is understood as a resource request', (method, url, expected) => {
    expect(info(method, url)).toMatchObject({ isResourceRequest: true, ...expected });
  });

  test.each(['/', '/api', '/api/v1', '/apis/apps/v1', '/healthz', '/version', '/openapi/v3/api/v1'])(
    '%s names no resource',
    (url) => {
      expect(info('GET', url)).toMatchObject({ isResourceRequest: false, verb: 'get', path: url });
    },
  );
});

describe('splitTenantPath', () => {
  test.each([
    ['/t/acme/api/v1/pods', { tenant: 'acme', path: '/api/v1/pods' }],
    ['/t/acme', { tenant: 'acme', path: '/' }],
    ['/api/v1/pods', { path: '/api/v1/pods' }],
    ['/t//api', { path: '/t//api' }],
    ['/tenants', { path: '/tenants' }],
  ])('%s', (path, expected) => {
    expect(splitTenantPath(path)).toEqual(expected);
  });
});
