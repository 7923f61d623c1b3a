/** How long after a patch is sent its event is with each of many watchers. */
import type { ApiClient } from './api-client.ts';
import type { BenchedControlPlane } from './control-plane.ts';
import { median, percentile } from './load.ts';
import type { Row } from './rows.ts';

const WATCHERS = 100;
const WRITES = 300;
const PAUSE_MS = 20;
const GIVE_UP_MS = 30_000;

/** Throws when an event does not reach every watcher. The CPU is that of one write and its 100 events. */
export async function measureWatch(plane: BenchedControlPlane, api: ApiClient, collection: string): Promise<Row> {
  const first = await api.request('GET', `${collection}?limit=1`, 200);
  const list = JSON.parse(first.toString()) as { metadata: { resourceVersion: string } };
  const lags: number[] = [];
  const sent: number[] = [];
  const stops = await Promise.all(
    Array.from({ length: WATCHERS }, () => {
      let rest = '';
      return api.watch(`${collection}?watch=1&resourceVersion=${list.metadata.resourceVersion}`, (piece) => {
        const text = rest + piece;
        let end = 0;
        for (let at = text.indexOf('lag:'); at !== -1; at = text.indexOf('lag:', end)) {
          const close = text.indexOf('!', at);
          if (close === -1) break;
          lags.push(performance.now() - sent[Number(text.slice(at + 4, close))]!);
          end = close;
        }
        // A mark may come in two pieces.
        rest = text.slice(Math.max(end, text.length - 12));
      });
    }),
  );
  const before = await plane.usage();
  const own = process.cpuUsage();
  for (let i = 0; i < WRITES; i++) {
    sent[i] = performance.now();
    const patch = JSON.stringify({ status: { message: `lag:${i}!` } });
    await api.request('PATCH', `${collection}/pod-${i}/status`, 200, patch, 'application/merge-patch+json');
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
  const deadline = performance.now() + GIVE_UP_MS;
  while (lags.length < WRITES * WATCHERS && performance.now() < deadline) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  const { user, system } = process.cpuUsage(own);
  const after = await plane.usage();
  for (const stop of stops) stop();
  if (lags.length !== WRITES * WATCHERS) throw new Error(`${lags.length} of ${WRITES * WATCHERS} events came`);
  const milliseconds = 1000 / WRITES;
  return {
    what: 'watch: patch to event',
    clients: WATCHERS,
    p50: median(lags),
    p99: percentile(lags, 0.99),
    cpu: {
      api: (after.controlPlane.cpuSeconds - before.controlPlane.cpuSeconds) * milliseconds,
      postgres: (after.postgres.cpuSeconds - before.postgres.cpuSeconds) * milliseconds,
      client: ((user + system) / 1e6) * milliseconds,
    },
  };
}
