/**
 * Between the client and its transport: what does not pass by itself (a credential that the API does not take, a certificate
 * that the kubeconfig's CA has not signed) is told once, and tried again ever more slowly by one request for all. Pods run
 * on meanwhile.
 */
import { Backoff } from '../../src/client/http.ts';
import type { Transport } from '../../src/client/transport.ts';
import { StatusError } from '../../src/meta/status-error.ts';

export interface GateOptions {
  log: { info(fields: object, message: string): void; error(fields: object, message: string): void };
  /** Milliseconds; Date.now when absent. */
  now?: () => number;
}

/** Milliseconds between tries, at most. */
export const SLOWEST_MS = 300_000;

const CERTIFICATE = /^(CERT_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_(VERIFY|GET_ISSUER)|ERR_TLS_CERT)/;

/** Why an error of a connection lasts until somebody does something; undefined for one that may pass. */
export function permanentFault(error: unknown): string | undefined {
  const { code, message } = (error ?? {}) as { code?: unknown; message?: unknown };
  if (typeof code !== 'string' || !CERTIFICATE.test(code)) return undefined;
  return `the API's certificate is not to be trusted with the CA of the kubeconfig: ${String(message)}`;
}

const REFUSED = "the API does not take this node's credential: it was revoked, or is another cluster's";

export function withGate(send: Transport, { log, now = Date.now }: GateOptions): Transport {
  const backoff = new Backoff({ initial: 1_000, max: SLOWEST_MS });
  let fault: string | undefined;
  let closedUntil = 0;

  function close(why: string): void {
    if (fault === undefined) {
      log.error(
        { why },
        'the API cannot be used until this is mended; pods run on, and it is tried again now and then',
      );
    }
    fault = why;
    closedUntil = now() + backoff.next();
  }

  return async (url, request) => {
    if (fault !== undefined) {
      if (now() < closedUntil) throw StatusError.serviceUnavailable(fault, Math.ceil((closedUntil - now()) / 1000));
      // This one tries for all; the others wait for what it finds.
      closedUntil = now() + backoff.next();
    }
    try {
      const response = await send(url, request);
      if (response.status === 401) close(REFUSED);
      else if (fault !== undefined) {
        fault = undefined;
        backoff.reset();
        log.info({}, 'the API can be used again');
      }
      return response;
    } catch (error) {
      const why = permanentFault(error);
      if (why !== undefined) close(why);
      throw error;
    }
  };
}
