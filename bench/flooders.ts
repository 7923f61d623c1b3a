/**
 * The flood: clients that list, write, watch and upload at once, each with one request in flight and no pause, deaf to
 * Retry-After. A process of its own, so that the light client's times do not hold what the flood's client takes.
 */
import { createApiClient } from './api-client.ts';

export interface FloodOptions {
  server: string;
  ca: string;
  /** A user each; clients are shared out among them. */
  tokens: readonly string[];
  clients: number;
  namespace: string;
}

/** Answers by what was asked for and status; 0: none came before the client gave up. */
export type FloodCounts = Record<string, Record<number, number>>;

const UPLOAD_CHARACTERS = 900_000;
const WATCH_MS = 1_000;

function flood({
  server,
  ca,
  tokens,
  clients,
  namespace,
}: FloodOptions): () => { counts: FloodCounts; cpuSeconds: number } {
  const counts: FloodCounts = {};
  let ended = false;
  const base = `/api/v1/namespaces/${namespace}`;
  const upload = JSON.stringify({ metadata: { name: 'upload' }, data: { text: 'x'.repeat(UPLOAD_CHARACTERS) } });
  const apis = tokens.map((token) => createApiClient(server, ca, token));
  const own = process.cpuUsage();

  async function run(index: number): Promise<void> {
    const api = apis[index % apis.length]!;
    const what = ['list', 'write', 'watch', 'upload'][Math.floor(index / apis.length) % 4]!;
    const name = `${what}-${index}`;
    for (let round = 0; !ended; round++) {
      let status = 0;
      try {
        if (what === 'list') ({ status } = await api.send('GET', `${base}/pods`));
        else if (what === 'write') {
          const body = JSON.stringify({ metadata: { generateName: name }, data: { round: String(round) } });
          ({ status } = await api.send('POST', `${base}/configmaps`, body));
        } else if (what === 'upload') {
          ({ status } = await api.send('POST', `${base}/configmaps`, upload.replace('"upload"', `"${name}-${round}"`)));
        } else status = await watchFor(api, `${base}/pods?watch=1`);
      } catch {
        status = 0;
      }
      counts[what] ??= {};
      counts[what][status] = (counts[what][status] ?? 0) + 1;
    }
  }

  for (let index = 0; index < clients; index++) void run(index);
  return () => {
    ended = true;
    for (const api of apis) api.close();
    const { user, system } = process.cpuUsage(own);
    return { counts, cpuSeconds: (user + system) / 1e6 };
  };
}

/** With the initial events, as a client that starts anew each second. */
async function watchFor(api: ReturnType<typeof createApiClient>, path: string): Promise<number> {
  let status = 0;
  const refused = Promise.withResolvers<void>();
  const stop = await api.watch(path, (text) => {
    if (status !== 0) return;
    status = Number(text.slice(9, 12));
    if (status !== 200) refused.resolve();
  });
  await Promise.race([refused.promise, new Promise((resolve) => setTimeout(resolve, WATCH_MS))]);
  stop();
  return status;
}

let end: ReturnType<typeof flood> | undefined;
process.on('message', (message: FloodOptions | 'stop') => {
  if (message !== 'stop') {
    end = flood(message);
    return;
  }
  process.send?.(end?.());
  process.disconnect();
  setTimeout(() => process.exit(0), 100);
});
