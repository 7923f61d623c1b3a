/** A client that knows both control planes: one request at a time, with its times, and what became of it. */
import { createTransport } from '../../../agent/host/transport.ts';
import type { Transport } from '../../../src/client/transport.ts';
import type { FaultyCluster } from './cluster.ts';
import type { Interval } from './record.ts';

/** Upstream's clients wait longer; here it is to be seen what a client that gave up finds. */
const PATIENCE_MS = 4_000;
/** Faults end long before. */
const INSIST_MS = 45_000;

// biome-ignore lint/suspicious/noExplicitAny: tests read what they assert
export type Answer = Interval & ({ status: number; body: any } | { status: undefined; why: string });

export interface Caller {
  call(method: string, path: string, body?: unknown, contentType?: string): Promise<Answer>;
  /** As `call`, on one control plane or the other until it is answered with something else than "unavailable". */
  insist(
    method: string,
    path: string,
    body?: unknown,
    contentType?: string,
  ): Promise<Extract<Answer, { status: number }>>;
  /** An open answer; throws when there is none. */
  open(path: string, signal: AbortSignal): Promise<Awaited<ReturnType<Transport>>>;
  /** To be called when this control plane has not answered: the next request goes to the other. */
  turn(): void;
}

export function createCaller(cluster: FaultyCluster, token: string, at: number): Caller {
  // Connections of its own, so that it is hit by itself.
  const send = createTransport({ ca: cluster.ca });
  let index = at % cluster.planes.length;
  const turn = () => {
    index = (index + 1) % cluster.planes.length;
  };
  const headers = { authorization: `Bearer ${token}` };
  const url = (path: string) => `${cluster.planes[index]!.url}${path}`;

  async function call(method: string, path: string, body?: unknown, contentType = 'application/json'): Promise<Answer> {
    const started = performance.now();
    try {
      const response = await send(url(path), {
        method,
        headers: { ...headers, ...(body === undefined ? {} : { 'content-type': contentType }) },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        signal: AbortSignal.timeout(PATIENCE_MS),
      });
      const parsed: unknown = JSON.parse(await response.text());
      if (isAway(response.status)) turn();
      return { started, ended: performance.now(), status: response.status, body: parsed };
    } catch (error) {
      turn();
      const { code, name } = error as { code?: string; name?: string };
      return { started, ended: performance.now(), status: undefined, why: code ?? name ?? String(error) };
    }
  }

  return {
    call,
    turn,
    async insist(...request) {
      for (const deadline = performance.now() + INSIST_MS; ; ) {
        const answer = await call(...request);
        if (answer.status !== undefined && !isAway(answer.status)) return answer;
        if (performance.now() > deadline)
          throw new Error(`${request.slice(0, 2).join(' ')}: ${JSON.stringify(answer)}`);
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    },
    open: (path, signal) => send(url(path), { method: 'GET', headers, signal }),
  };
}

/** 429: too much at once; 503: away, nobody knows what a write did; 504: not done in time. */
export function isAway(status: number): boolean {
  return status === 429 || status === 503 || status === 504;
}
