/**
 * Deadlines of all requests, looked at together: a timer for each, armed and taken back, cost a tenth of what a get does.
 */
import { guarded } from '../../meta/guard.ts';

/** How late a deadline may be told, in milliseconds, at most: an eighth of it. */
const PART = 8;

export class Deadlines {
  readonly #milliseconds: number;
  /** In the order of their ends, since all have as long. */
  readonly #ends = new Map<() => void, number>();
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(milliseconds: number) {
    this.#milliseconds = milliseconds;
  }

  /** Calls `late` when the time is up, unless what is returned has been called by then. */
  begin(late: () => void): () => void {
    this.#ends.set(late, Date.now() + this.#milliseconds);
    this.#arm();
    return () => this.#ends.delete(late);
  }

  #arm(): void {
    if (this.#timer !== undefined || this.#ends.size === 0) return;
    this.#timer = setTimeout(
      guarded('request deadlines', () => {
        this.#timer = undefined;
        this.#look();
        this.#arm();
      }),
      this.#milliseconds / PART,
    );
  }

  #look(): void {
    const now = Date.now();
    for (const [late, end] of this.#ends) {
      if (end > now) return;
      this.#ends.delete(late);
      late();
    }
  }
}
