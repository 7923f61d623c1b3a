/** The process's metrics, kept by prom-client. */
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { Family, Metrics } from '../../apiserver/metrics/contract.ts';
import { createRequestMetrics } from './request-metrics.ts';

const STALLS = [0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30];

export function createMetrics(): Metrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  const requests = createRequestMetrics();
  const stalls = new Histogram({
    name: 'kedge_event_loop_stall_seconds',
    help: 'How long the event loop did not turn, each time that it was noticed.',
    buckets: STALLS,
    registers,
  });
  const guarded = new Counter({
    name: 'kedge_guarded_errors_total',
    help: 'Errors that nobody awaited and that a guard took, by where they came from.',
    labelNames: ['source'],
    registers,
  });
  return {
    responded: requests.responded,
    register: (family) => void register(registry, family),
    stalled: (seconds) => stalls.observe(seconds),
    guarded: (source) => guarded.inc({ source }),
    render: async () => ({
      contentType: registry.contentType,
      text: `${await registry.metrics()}${requests.render()}`,
    }),
  };
}

function register(registry: Registry, { name, help, type, labels, collect }: Family): Counter | Gauge {
  const common = { name, help, labelNames: [...labels], registers: [registry] };
  if (type === 'counter') {
    return new Counter({
      ...common,
      collect() {
        this.reset();
        for (const { labels, value } of collect()) this.inc({ ...labels }, value);
      },
    });
  }
  return new Gauge({
    ...common,
    collect() {
      this.reset();
      for (const { labels, value } of collect()) this.set({ ...labels }, value);
    },
  });
}
