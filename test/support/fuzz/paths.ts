/** Paths and verbs that nobody has a use for, and the documents of discovery. */
import { OWN_NAMES } from './hostile.ts';
import type { Random } from './random.ts';
import type { Asked } from './requests.ts';

const PATHS = [
  '/',
  '/api',
  '/apis',
  '/api/v1',
  '/apis/apps',
  '/apis/apps/v1',
  '/apis/nothing.example.com/v1',
  '/openapi/v2',
  '/openapi/v3',
  '/openapi/v3/api/v1',
  '/openapi/v3/apis/apps/v1',
  '/version',
  '/healthz',
  '/livez/ping',
  '/readyz?verbose',
  '/metrics',
  '/.well-known/openid-configuration',
  '/openid/v1/jwks',
  '/api/v1/',
  '/api//v1//pods',
  '/api/v1/namespaces/default/pods/f1/../../secrets',
  '/api/v1/namespaces/..%2f..%2fkube-system/secrets',
  '/api/v1/namespaces/default/pods/%00',
  '/api/v1/namespaces/default/pods/%ff%fe',
  '/api/v1/namespaces/default/pods/a%2fb',
  '/api/v1/namespaces//pods',
  '/api/v1/namespaces/default',
  '/api/v1/namespaces/default/finalize/x',
  '/api/v1/namespaces/default/nodes',
  '/api/v1/watch',
  '/api/v1/watch/pods?timeoutSeconds=1',
  '/api/v1/watch/namespaces/default/secrets/f1?timeoutSeconds=1',
  '/api/v1/proxy/nodes/f1',
  '/api/v1/pods/f1/log',
  '/api/v1/nodes/f1/proxy/stats',
  '/api/v1/constructor',
  '/api/__proto__/pods',
  '/apis/__proto__/v1/pods',
  '/apis/apps/constructor/deployments',
  '/t/',
  '/t//api/v1/pods',
  '/t/root/api/v1/secrets',
  '/t/nobody/api/v1/pods',
  '/t/constructor/livez',
  '/tunnel',
  `/${'a/'.repeat(3000)}`,
  `/api/v1/namespaces/${'a'.repeat(7000)}/pods`,
];
const METHODS = [
  'GET',
  'GET',
  'GET',
  'HEAD',
  'POST',
  'PUT',
  'PATCH',
  'DELETE',
  'OPTIONS',
  'TRACE',
  'PROPFIND',
  'REPORT',
  'QUERY',
];

export function oddPath(random: Random): Asked {
  const path = random.chance(0.8) ? random.pick(PATHS) : mangled(random.pick(PATHS), random);
  const method = random.pick(METHODS);
  const wire =
    method === 'POST' || method === 'PUT' || method === 'DELETE'
      ? { wire: { contentType: 'application/json', body: '{}' } }
      : {};
  return { method, path, ...wire };
}

function mangled(path: string, random: Random): string {
  const parts = path.slice(0, 300).split('/');
  parts.splice(
    1 + random.int(parts.length),
    random.int(2),
    random.pick([...OWN_NAMES, '', '.', '..', '%2e%2e', '%', '%u0000', 'pods', ';a=b', '*']),
  );
  return parts.join('/') || '/';
}
