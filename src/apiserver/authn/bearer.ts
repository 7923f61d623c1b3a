/** Where a request carries its bearer token, and which tenants it opens. */
import { StatusError } from '../../meta/status-error.ts';
import { ROOT } from '../../meta/tenant.ts';
import { MASTERS } from '../request/user.ts';
import type { Authenticated } from './contract.ts';
import { rejected } from './rejected.ts';

/** undefined: no credentials at all. Another scheme than Bearer is as good as a wrong token: 401. */
export function bearerToken(header: string | null): string | undefined {
  if (header === null || header === '') return undefined;
  const token = /^bearer +(\S+) *$/i.exec(header)?.[1];
  if (token === undefined) throw StatusError.unauthorized();
  return token;
}

const PROTOCOL = 'base64url.bearer.authorization.k8s.io.';

/**
 * The token among the subprotocols of a WebSocket, which is how browsers send one, and the protocols without it: it must
 * never be echoed. Throws 401 as upstream for two tokens, another encoding, and a token without a protocol beside it.
 */
export function bearerProtocol(offered: readonly string[]): { token?: string; protocols: readonly string[] } {
  const protocols = offered.filter((each) => !each.startsWith(PROTOCOL));
  const [encoded, second] = offered.filter((each) => each.startsWith(PROTOCOL));
  if (encoded === undefined) return { protocols };
  if (second !== undefined) throw rejected('multiple base64.bearer.authorization tokens specified');
  const token = decodeToken(encoded.slice(PROTOCOL.length));
  if (protocols.length === 0) throw rejected('missing additional subprotocol');
  return token === '' ? { protocols } : { token, protocols };
}

function decodeToken(encoded: string): string {
  if (!/^[A-Za-z0-9_-]*$/.test(encoded)) throw rejected('invalid base64.bearer.authorization token encoding');
  try {
    const binary = atob(encoded.replaceAll('-', '+').replaceAll('_', '/'));
    const bytes = Uint8Array.from(binary, (character) => character.charCodeAt(0));
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (error) {
    throw rejected('invalid base64.bearer.authorization token', error);
  }
}

/** A token opens its own tenant; those of the root tenant's operators open all. */
export function mayEnter({ tenant, user }: Authenticated, named: string): boolean {
  return tenant === named || (tenant === ROOT && user.groups.includes(MASTERS));
}
