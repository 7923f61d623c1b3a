/**
 * Counts and durations of requests. prom-client makes a key of a label object for each observation, and looks through all
 * buckets: two of these a request took 5% of a get's time. Here a request costs a look-up and three additions.
 */
import type { RequestLabels } from '../../apiserver/metrics/contract.ts';

/** Seconds; upstream's. */
const DURATIONS = [0.005, 0.025, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1, 1.25, 1.5, 2, 3, 4, 5, 6, 8, 10, 15, 20, 30, 45, 60];

interface Durations {
  /** How many took no longer than the duration of the same index, and longer than the one before. */
  buckets: number[];
  sum: number;
  count: number;
}

export interface RequestMetrics {
  responded(request: RequestLabels, code: number, seconds: number, longRunning: boolean): void;
  /** In Prometheus' text format. */
  render(): string;
}

export function createRequestMetrics(): RequestMetrics {
  /** By labels as Prometheus writes them: these are of what is served, so there are not many. */
  const counts = new Map<string, Map<number, number>>();
  const durations = new Map<string, Durations>();

  return {
    responded(request, code, seconds, longRunning) {
      const labels = textOf(request);
      let codes = counts.get(labels);
      if (codes === undefined) {
        codes = new Map();
        counts.set(labels, codes);
      }
      codes.set(code, (codes.get(code) ?? 0) + 1);
      if (longRunning) return;
      let of = durations.get(labels);
      if (of === undefined) {
        of = { buckets: DURATIONS.map(() => 0), sum: 0, count: 0 };
        durations.set(labels, of);
      }
      const at = DURATIONS.findIndex((most) => seconds <= most);
      if (at !== -1) of.buckets[at]!++;
      of.sum += seconds;
      of.count++;
    },
    render() {
      const lines = [
        '# HELP apiserver_request_total Requests by verb, resource, scope and the code of the answer.',
        '# TYPE apiserver_request_total counter',
      ];
      for (const [labels, codes] of counts) {
        for (const [code, count] of codes) lines.push(`apiserver_request_total{${labels},code="${code}"} ${count}`);
      }
      lines.push(
        '# HELP apiserver_request_duration_seconds Time until the answer began, of requests that do not run long.',
        '# TYPE apiserver_request_duration_seconds histogram',
      );
      for (const [labels, { buckets, sum, count }] of durations) {
        let below = 0;
        for (const [index, most] of DURATIONS.entries()) {
          below += buckets[index]!;
          lines.push(`apiserver_request_duration_seconds_bucket{le="${most}",${labels}} ${below}`);
        }
        lines.push(
          `apiserver_request_duration_seconds_bucket{le="+Inf",${labels}} ${count}`,
          `apiserver_request_duration_seconds_sum{${labels}} ${sum}`,
          `apiserver_request_duration_seconds_count{${labels}} ${count}`,
        );
      }
      return `${lines.join('\n')}\n`;
    },
  };
}

/** None of the values holds what would have to be escaped: they are names of what is served. */
function textOf({ verb, group, version, resource, subresource, scope }: RequestLabels): string {
  return `verb="${verb}",group="${group}",version="${version}",resource="${resource}",subresource="${subresource}",scope="${scope}"`;
}
