import type { Change, FeedBatch } from './contract.ts';

export interface RingLimits {
  /** Changes kept at most. */
  maxChanges: number;
  /** Characters of bodies kept at most; the newest change is kept whatever its size. */
  maxSize: number;
}

/** The recent changes of one tenant, in order: everything after `floor` and up to `through`. */
export class ChangeRing {
  readonly #limits: RingLimits;
  #changes: Change[] = [];
  #size = 0;
  #floor: number;
  #through: number;

  constructor(start: number, limits: RingLimits) {
    this.#floor = start;
    this.#through = start;
    this.#limits = limits;
  }

  get floor(): number {
    return this.#floor;
  }

  get through(): number {
    return this.#through;
  }

  /** `batch` must continue from `through`. */
  append(batch: FeedBatch): void {
    for (const change of batch.changes) {
      this.#changes.push(change);
      this.#size += sizeOf(change);
    }
    this.#through = batch.through;
    this.#trim();
  }

  /** What follows `revision`, at most `limit` changes; undefined when nothing does yet. `revision` must not be under `floor`. */
  read(revision: number, limit: number): FeedBatch | undefined {
    if (revision >= this.#through) return undefined;
    const from = this.#indexAfter(revision);
    const changes = this.#changes.slice(from, from + limit);
    const last = changes[changes.length - 1];
    const more = from + limit < this.#changes.length;
    return { changes, through: more && last !== undefined ? last.revision : this.#through };
  }

  #indexAfter(revision: number): number {
    let low = 0;
    let high = this.#changes.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#changes[middle]!.revision <= revision) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Drops an eighth at a time, so that shifting the array is rare. */
  #trim(): void {
    const { maxChanges, maxSize } = this.#limits;
    if (this.#changes.length <= maxChanges && this.#size <= maxSize) return;
    let drop = 0;
    let size = this.#size;
    while (
      drop < this.#changes.length - 1 &&
      (this.#changes.length - drop > (maxChanges * 7) / 8 || size > (maxSize * 7) / 8)
    ) {
      size -= sizeOf(this.#changes[drop++]!);
    }
    if (drop === 0) return;
    this.#floor = this.#changes[drop - 1]!.revision;
    this.#changes = this.#changes.slice(drop);
    this.#size = size;
  }
}

function sizeOf(change: Change): number {
  return change.current.body.length + (change.type === 'MODIFIED' ? (change.previous?.body.length ?? 0) : 0);
}
