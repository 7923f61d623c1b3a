/** Which tenant a request names in its path. */

export interface TenantPath {
  /** The tenant of a `/t/<tenant>` prefix; undefined when the path has none. */
  tenant?: string;
  /** The path without the prefix. */
  path: string;
}

export function splitTenantPath(path: string): TenantPath {
  if (!path.startsWith('/t/')) return { path };
  const end = path.indexOf('/', 3);
  const tenant = end === -1 ? path.slice(3) : path.slice(3, end);
  if (tenant === '') return { path };
  return { tenant, path: end === -1 ? '/' : path.slice(end) };
}
