/**
 * What the process tells of itself, under upstream's names where upstream has them. Hosts that live longer than a request
 * implement it (hosts/node/metrics.ts); without one, /metrics is not served.
 */

/** Bounded: values that clients choose are mapped to what is served before they come here (labels.ts). */
export interface RequestLabels {
  /** GET, LIST, WATCH, POST, PUT, PATCH, DELETE, DELETECOLLECTION, or OTHER. */
  verb: string;
  group: string;
  version: string;
  resource: string;
  subresource: string;
  /** resource, namespace, cluster, or '' for paths that are none. */
  scope: string;
}

/** One value of a family. */
export interface Sample {
  labels: Readonly<Record<string, string>>;
  value: number;
}

/** Values that their owner keeps and that are read when somebody asks: they cost nothing in between. */
export interface Family {
  name: string;
  help: string;
  type: 'counter' | 'gauge';
  labels: readonly string[];
  collect(): Iterable<Sample>;
}

export interface Metrics {
  /** A response began, `seconds` after its request: apiserver_request_total, apiserver_request_duration_seconds. */
  responded(request: RequestLabels, code: number, seconds: number, longRunning: boolean): void;
  /** A family's name may be given once only. */
  register(family: Family): void;
  /** The event loop did not turn for so long: kedge_event_loop_stall_seconds. */
  stalled(seconds: number): void;
  /** A guard took an error that nobody awaited, e.g. of a socket: kedge_guarded_errors_total{source}. */
  guarded(source: string): void;
  /** In Prometheus' text format. */
  render(): Promise<{ contentType: string; text: string }>;
}

/**
 * Whose work keeps the event loop. A host that can tell (hosts/node/watchdog.ts) is told where one request's work ends:
 * what lies between two such points was work for the request that reaches the second.
 */
export interface Attention {
  /** Runs a request's work. `name` tells the request, and is asked only after a stall. */
  run<T>(name: () => string, work: () => Promise<T>): Promise<T>;
  /** The request that runs gets here. */
  checkpoint(): void;
}
