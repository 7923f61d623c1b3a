/**
 * Work on long answers, a page at a time: so few at once that whoever asks for something small need not wait long, and
 * flows in turns. A list of thousands of objects is thus many small pieces of work between which others are served.
 */
import { guarded } from '../../meta/guard.ts';

interface Waiter {
  grant(): void;
}

export interface TurnsOptions {
  /** Pages in hand at once, of all lists. Infinity: nothing waits. */
  atOnce: number;
  /** How long a page may be kept waiting for small requests that are in hand, in milliseconds. */
  patienceMs: number;
}

export class Turns {
  readonly #options: TurnsOptions;
  readonly #waiting = new Map<string, Waiter[]>();
  #inHand = 0;
  #small = 0;
  #alarm: ReturnType<typeof setTimeout> | undefined;

  constructor(options: TurnsOptions) {
    this.#options = options;
  }

  /** A small request begins; call what is returned when it has been answered. */
  small(): () => void {
    this.#small++;
    return () => {
      this.#small--;
      if (this.#small === 0 && this.#waiting.size > 0) this.#dispatch();
    };
  }

  /** Waits for a turn of this flow; call what is returned at its end. Rejects with the signal's reason. */
  async take(flow: string, signal: AbortSignal): Promise<() => void> {
    signal.throwIfAborted();
    if (this.#options.atOnce === Number.POSITIVE_INFINITY) return () => {};
    if (this.#waiting.size > 0 || !this.#free()) await this.#wait(flow, signal);
    else this.#inHand++;
    let ended = false;
    return () => {
      if (ended) return;
      ended = true;
      this.#inHand--;
      this.#dispatch();
    };
  }

  /** Nobody waits, and nothing small is in hand. */
  get idle(): boolean {
    return this.#waiting.size === 0 && this.#small === 0;
  }

  get waiting(): number {
    let sum = 0;
    for (const each of this.#waiting.values()) sum += each.length;
    return sum;
  }

  #free(): boolean {
    return this.#inHand < this.#options.atOnce && this.#small === 0;
  }

  #wait(flow: string, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const queue = this.#waiting.get(flow) ?? [];
      const leave = guarded('page turns', () => {
        const at = queue.indexOf(waiter);
        if (at !== -1) queue.splice(at, 1);
        if (queue.length === 0) this.#waiting.delete(flow);
        reject(signal.reason);
      });
      const waiter: Waiter = {
        grant() {
          signal.removeEventListener('abort', leave);
          resolve();
        },
      };
      signal.addEventListener('abort', leave);
      queue.push(waiter);
      this.#waiting.set(flow, queue);
      this.#arm();
    });
  }

  #dispatch(patient = true): void {
    while (this.#waiting.size > 0 && (patient ? this.#free() : this.#inHand < this.#options.atOnce)) {
      const [flow, queue] = this.#waiting.entries().next().value!;
      const waiter = queue.shift()!;
      // To the end of the round, or out of it.
      this.#waiting.delete(flow);
      if (queue.length > 0) this.#waiting.set(flow, queue);
      this.#inHand++;
      waiter.grant();
      if (!patient) break;
    }
    this.#arm();
  }

  /** Small requests may never cease: each so often one page is read in spite of them. */
  #arm(): void {
    if (this.#alarm !== undefined || this.#waiting.size === 0 || this.#small === 0) return;
    const impatient = guarded('page turns', () => {
      this.#alarm = undefined;
      this.#dispatch(false);
    });
    this.#alarm = setTimeout(impatient, this.#options.patienceMs);
  }
}
