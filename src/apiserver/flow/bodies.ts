/**
 * Bytes of request bodies in memory, of all and of each flow. A body that does not fit waits before it is read, which its
 * sender notices as a full window; it takes no seat, however slowly it comes.
 */
import { guarded } from '../../meta/guard.ts';
import { RefusedError } from './contract.ts';

export interface BodyLimits {
  bytes: number;
  flowBytes: number;
  /** Bodies that may wait to be read, and for how long, in milliseconds. */
  waiting: number;
  waitMs: number;
}

interface Waiter {
  flow: string;
  bytes: number;
  grant(): void;
}

export class BodyBudget {
  readonly #limits: BodyLimits;
  readonly #flows = new Map<string, number>();
  readonly #waiting = new Set<Waiter>();
  #bytes = 0;

  constructor(limits: BodyLimits) {
    this.#limits = limits;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Room for so many bytes; call what is returned when they are no longer held. Rejects with RefusedError. */
  take(flow: string, bytes: number, signal: () => AbortSignal): (() => void) | Promise<() => void> {
    const wanted = Math.min(bytes, this.#limits.flowBytes);
    if (this.#fits(flow, wanted)) return this.#hold(flow, wanted);
    if (this.#waiting.size >= this.#limits.waiting) return Promise.reject(new RefusedError('queue-full'));
    return this.#wait(flow, wanted, signal());
  }

  #fits(flow: string, bytes: number): boolean {
    const { bytes: all, flowBytes } = this.#limits;
    return this.#bytes + bytes <= all && (this.#flows.get(flow) ?? 0) + bytes <= flowBytes;
  }

  #hold(flow: string, bytes: number): () => void {
    this.#count(flow, bytes);
    let released = false;
    return () => {
      if (released) return;
      released = true;
      this.#count(flow, -bytes);
      for (const waiter of this.#waiting) if (this.#fits(waiter.flow, waiter.bytes)) waiter.grant();
    };
  }

  #count(flow: string, bytes: number): void {
    this.#bytes += bytes;
    const held = (this.#flows.get(flow) ?? 0) + bytes;
    if (held === 0) this.#flows.delete(flow);
    else this.#flows.set(flow, held);
  }

  #wait(flow: string, bytes: number, signal: AbortSignal): Promise<() => void> {
    return new Promise((resolve, reject) => {
      const settle = () => {
        clearTimeout(timer);
        signal.removeEventListener('abort', leave);
        this.#waiting.delete(waiter);
      };
      const leave = guarded('body budget', () => {
        settle();
        reject(new RefusedError('cancelled'));
      });
      const timedOut = guarded('body budget', () => {
        settle();
        reject(new RefusedError('time-out'));
      });
      const timer = setTimeout(timedOut, this.#limits.waitMs);
      const waiter: Waiter = {
        flow,
        bytes,
        grant: () => {
          settle();
          resolve(this.#hold(flow, bytes));
        },
      };
      this.#waiting.add(waiter);
      if (signal.aborted) leave();
      else signal.addEventListener('abort', leave);
    });
  }
}
