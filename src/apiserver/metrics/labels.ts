/** From a request to the labels of its metrics. Clients choose paths and methods: only what is served becomes a label. */
import type { RequestInfo } from '../request/info.ts';
import type { ApiSurface } from '../surface/contract.ts';
import type { RequestLabels } from './contract.ts';

/** Upstream's CleanVerb. */
const VERBS: Readonly<Record<string, string>> = {
  get: 'GET',
  list: 'LIST',
  watch: 'WATCH',
  create: 'POST',
  update: 'PUT',
  patch: 'PATCH',
  delete: 'DELETE',
  deletecollection: 'DELETECOLLECTION',
  post: 'POST',
  put: 'PUT',
};

const SUBRESOURCES = new Set([
  'approval',
  'attach',
  'binding',
  'ephemeralcontainers',
  'eviction',
  'exec',
  'finalize',
  'log',
  'portforward',
  'proxy',
  'resize',
  'scale',
  'status',
  'token',
]);

export function labelsOf(info: RequestInfo, surface: Pick<ApiSurface, 'find'>): RequestLabels {
  const verb = Object.hasOwn(VERBS, info.verb) ? VERBS[info.verb]! : 'OTHER';
  const served = info.isResourceRequest && surface.find(info.group, info.version, info.resource) !== undefined;
  if (!served) return { verb, group: '', version: '', resource: '', subresource: '', scope: '' };
  const { group, version, resource } = info;
  const subresource = SUBRESOURCES.has(info.subresource) ? info.subresource : '';
  return { verb, group, version, resource, subresource, scope: scopeOf(info) };
}

/** Upstream's CleanScope. */
function scopeOf(info: RequestInfo): string {
  if (info.name !== '' || info.verb === 'create') return 'resource';
  return info.namespace === '' ? 'cluster' : 'namespace';
}
