/** /livez, /readyz and /healthz, also one check at a time and `?verbose`. */
import type { CheckResult } from './deps.ts';
import type { ApiRequest } from './request.ts';
import { responseHeaders } from './respond.ts';

const PATHS = new Set(['livez', 'readyz', 'healthz']);

/** undefined: not a health path. A live process is one that answers; readiness asks what it depends on. */
export async function handleHealth(request: ApiRequest): Promise<Response | undefined> {
  const [, endpoint = '', only] = request.info.path.split('/');
  if (!PATHS.has(endpoint)) return undefined;
  const excluded = new Set(request.query.getAll('exclude'));
  const all: CheckResult[] = [{ name: 'ping', ok: true }, ...(endpoint === 'livez' ? [] : await request.deps.ready())];
  const checks = only === undefined || only === '' ? all : all.filter((check) => check.name === only);
  if (checks.length === 0) return undefined;
  const failed = checks.filter((check) => !check.ok && !excluded.has(check.name));
  for (const check of failed) request.deps.log.warn({ check: check.name, detail: check.detail }, `${endpoint} failed`);

  const verbose = request.query.has('verbose') || failed.length > 0;
  const headers = responseHeaders(request, 'text/plain; charset=utf-8');
  headers.push(['x-content-type-options', 'nosniff']);
  if (!verbose) return new Response('ok', { headers });
  const lines = checks.map((check) => line(check, excluded.has(check.name)));
  const verdict = `${endpoint} check ${failed.length === 0 ? 'passed' : 'failed'}`;
  return new Response(`${lines.join('\n')}\n${verdict}\n`, { status: failed.length === 0 ? 200 : 500, headers });
}

/** Reasons stay in the log: anyone may read this. */
function line({ name, ok }: CheckResult, excluded: boolean): string {
  if (excluded) return `[+]${name} excluded: ok`;
  return ok ? `[+]${name} ok` : `[-]${name} failed: reason withheld`;
}
