/** The kubelet's back-off: 10 s, doubled up to 5 minutes, forgotten after twice that without a failure. */

export interface BackoffLimits {
  initialMs: number;
  maxMs: number;
}

export const RESTART_BACKOFF: BackoffLimits = { initialMs: 10_000, maxMs: 300_000 };
export const MOUNT_BACKOFF: BackoffLimits = { initialMs: 500, maxMs: 122_000 };
export const SANDBOX_BACKOFF: BackoffLimits = { initialMs: 1_000, maxMs: 60_000 };

interface Entry {
  delay: number;
  lastUpdate: number;
}

export class KeyedBackoff {
  readonly #limits: BackoffLimits;
  readonly #entries = new Map<string, Entry>();

  constructor(limits: BackoffLimits) {
    this.#limits = limits;
  }

  /** The current delay of a key in milliseconds; 0 when it has not failed lately, counted back from `since`. */
  delay(key: string, since: number): number {
    const entry = this.#entries.get(key);
    if (entry === undefined || since - entry.lastUpdate > this.#limits.maxMs * 2) return 0;
    return entry.delay;
  }

  /** When the key may be tried again after its failure at `since`; not later than `since` for a first one. */
  until(key: string, since: number): number {
    return since + this.delay(key, since);
  }

  /** Tells that the key is tried (again) after a failure at `since`, so that the next delay is longer. */
  next(key: string, since: number, now: number): void {
    const current = this.delay(key, since);
    const delay = current === 0 ? this.#limits.initialMs : Math.min(current * 2, this.#limits.maxMs);
    this.#entries.set(key, { delay, lastUpdate: now });
  }

  forget(key: string): void {
    this.#entries.delete(key);
  }
}

/** A duration as Go prints it: `10s`, `1m20s`, `5m0s`. */
export function formatDuration(ms: number): string {
  const seconds = Math.round(ms / 1000);
  if (seconds < 60) return `${seconds}s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes}m${seconds % 60}s`;
  return `${Math.floor(minutes / 60)}h${minutes % 60}m${seconds % 60}s`;
}
