/** The opaque `continue` of limited lists: where the next page starts, and at which revision. */
import { StatusError } from '../../meta/status-error.ts';

export interface ContinueToken {
  /** undefined: go on at the newest state, which may be inconsistent with the pages before. */
  revision?: number;
  /** The last key of the page before. */
  after: { namespace: string; name: string };
}

const VERSION = 'meta.k8s.io/v1';
const INCONSISTENT = -1;

/** base64url of {v, rv, start}, the same shape as upstream's. */
export function encodeContinue(token: ContinueToken): string {
  const start = `${token.after.namespace}/${token.after.name}`;
  return toBase64Url(JSON.stringify({ v: VERSION, rv: token.revision ?? INCONSISTENT, start }));
}

/** Throws 400 for anything that encodeContinue did not make. */
export function decodeContinue(text: string): ContinueToken {
  let decoded: { v?: unknown; rv?: unknown; start?: unknown };
  try {
    decoded = JSON.parse(fromBase64Url(text));
  } catch (error) {
    throw invalidToken(error instanceof Error ? error.message : String(error));
  }
  const { v, rv, start } = decoded ?? {};
  if (v !== VERSION) throw invalidToken('server does not recognize this encoded version');
  const key = typeof start === 'string' ? /^([^/]*)\/([^/]+)$/.exec(start) : null;
  if (key === null || typeof rv !== 'number' || !Number.isSafeInteger(rv) || rv === 0 || rv < INCONSISTENT) {
    throw invalidToken('incorrect encoded start resourceVersion or key');
  }
  return {
    ...(rv === INCONSISTENT ? {} : { revision: rv }),
    after: { namespace: key[1] as string, name: key[2] as string },
  };
}

function invalidToken(detail: string): StatusError {
  return StatusError.badRequest(`continue key is not valid: ${detail}`);
}

// Names are ASCII (validated), so that btoa and atob suffice.
function toBase64Url(text: string): string {
  return btoa(text).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

function fromBase64Url(text: string): string {
  return atob(text.replaceAll('-', '+').replaceAll('_', '/'));
}
