/** Redirects of a proxied target, such that they lead through the proxy again. */

/** Changes `Location` where it leads to the target itself: an absolute path, or a URL of one of its `hosts`. */
export function rewriteLocation(headers: Headers, base: string, path: string, hosts: readonly string[]): void {
  const location = headers.get('location');
  if (location === null) return;
  const own = `http://${hosts[0] ?? 'target'}`;
  let url: URL;
  try {
    url = new URL(location, own + path);
  } catch {
    return;
  }
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return;
  if (!hosts.includes(url.host) && url.origin !== own) return;
  headers.set('location', base + url.pathname + url.search + url.hash);
}
