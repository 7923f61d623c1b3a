/** The process's metrics, kept by prom-client. */
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { Family, Metrics, RequestLabels } from '../../apiserver/metrics/contract.ts';

const REQUEST_LABELS = ['verb', 'group', 'version', 'resource', 'subresource', 'scope'] as const;
/** Seconds; upstream's. */
const DURATIONS = [0.005, 0.025, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1, 1.25, 1.5, 2, 3, 4, 5, 6, 8, 10, 15, 20, 30, 45, 60];
const STALLS = [0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30];

export function createMetrics(): Metrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  const requests = new Counter({
    name: 'apiserver_request_total',
    help: 'Requests by verb, resource, scope and the code of the answer.',
    labelNames: [...REQUEST_LABELS, 'code'],
    registers,
  });
  const durations = new Histogram({
    name: 'apiserver_request_duration_seconds',
    help: 'Time until the answer began, of requests that do not run long.',
    labelNames: REQUEST_LABELS,
    buckets: DURATIONS,
    registers,
  });
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
    responded(request: RequestLabels, code, seconds, longRunning) {
      requests.inc({ ...request, code });
      if (!longRunning) durations.observe({ ...request }, seconds);
    },
    register: (family) => void register(registry, family),
    stalled: (seconds) => stalls.observe(seconds),
    guarded: (source) => guarded.inc({ source }),
    render: async () => ({ contentType: registry.contentType, text: await registry.metrics() }),
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
