/**
 * Time of the one thread. Seats bound how much is in hand, not how much is done: clients that ask without a pause keep the
 * thread busy through a handful of seats, and whoever asks for little waits behind them. So flows are told apart by what they
 * have lately taken: those that take much share a part of each second between them for as long as somebody else is there,
 * the one that has had least first. Alone, they may take all of it.
 */
import { guarded } from '../../meta/guard.ts';
import { type Refusal, RefusedError } from './contract.ts';

export interface BudgetLimits {
  /** A flow that has lately taken more of each second than this asks for much, in milliseconds. */
  flowMs: number;
  /** When all together take more of each second than this, a flow's measure shrinks in proportion, in milliseconds. */
  fullMs: number;
  /** What those that ask for much get of each second while others are there, in milliseconds. Infinity: whatever they ask for. */
  heavyMs: number;
  /** And of long bodies, each of which holds the thread for longer than small requests take: bytes a second, and at once. */
  uploadBytes: number;
  uploadBurst: number;
  /** Requests that may wait for their time, of all and of one flow, and how long, in milliseconds. */
  waiting: number;
  flowWaiting: number;
  waitMs: number;
}

/** What is asked for: to begin a request, or to make the next piece of a long answer. */
export interface Ask {
  /** Milliseconds that it is thought to take. */
  ms: number;
  /** Of a long body; 0: none. */
  uploadBytes: number;
  /** Of a request that has begun: bounded by its seats, and never refused. */
  piece: boolean;
}

interface Waiter {
  ask: Ask;
  grant(): void;
}

interface Flow {
  /** Has taken much, and not little since. */
  heavy: boolean;
  usedMs: number;
  at: number;
  pieces: Waiter[];
  starts: Waiter[];
  /** What has begun goes on and what waits begins in turns: a client that lists without end does not keep itself from writing. */
  began: boolean;
}

/** Usage fades to a third within it. */
const MEMORY_MS = 1_000;
/** Somebody who asks for little is there for so long after each request. */
const PRESENCE_MS = 1_000;
/** Time is handed out so often: what is small comes in handfuls that one commit takes, and no handful is felt. */
const TICK_MS = 4;
/** Unused time is kept for so long. */
const SAVED_MS = 50;
const MAX_FLOWS = 4_096;
/** Begun at a time when nobody else is there any more. */
const HANDFUL = 32;

export class Budget {
  readonly #limits: BudgetLimits;
  readonly #flows = new Map<string, Flow>();
  readonly #waiting = new Set<Flow>();
  #starts = 0;
  #usedMs = 0;
  #usedAt = 0;
  /** Who asked for little last, and when somebody else did before. */
  #seen = { key: '', at: Number.NEGATIVE_INFINITY, otherAt: Number.NEGATIVE_INFINITY };
  #heavies = 0;
  #tokensMs = 0;
  #uploadBytes: number;
  #filledAt = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  readonly #rejected: Record<Refusal, number> = { 'queue-full': 0, 'time-out': 0, cancelled: 0 };

  constructor(limits: BudgetLimits) {
    this.#limits = limits;
    this.#uploadBytes = limits.uploadBurst;
  }

  /** Somebody is there who should not wait for those that ask for much. */
  seen(key: string): void {
    const last = this.#seen;
    if (last.key !== key) {
      last.otherAt = last.at;
      last.key = key;
    }
    last.at = Date.now();
  }

  /** Whether this flow has lately taken much, or waits for its time. */
  isHeavy(key: string): boolean {
    const flow = this.#flows.get(key);
    if (flow === undefined) return false;
    if (this.#waiting.has(flow)) return true;
    const now = Date.now();
    const used = this.#faded(flow.usedMs, flow.at, now);
    const { flowMs, fullMs, heavyMs } = this.#limits;
    const most = flowMs * Math.min(1, fullMs / this.#faded(this.#usedMs, this.#usedAt, now));
    // One of many that are held back takes little for that very reason.
    if (flow.heavy ? used < Math.min(most, heavyMs / this.#heavies) / 2 : used > most) {
      flow.heavy = !flow.heavy;
      this.#heavies += flow.heavy ? 1 : -1;
    }
    return flow.heavy;
  }

  /** Whether there is somebody else who asks for little. */
  isCrowded(key?: string): boolean {
    const { key: last, at, otherAt } = this.#seen;
    return Date.now() - (last === key ? otherAt : at) < PRESENCE_MS;
  }

  /** It took so long, in milliseconds. */
  spend(key: string, ms: number): void {
    const now = Date.now();
    if (this.isHeavy(key)) this.#tokensMs -= ms;
    this.#usedMs = this.#faded(this.#usedMs, this.#usedAt, now) + ms;
    this.#usedAt = now;
    this.#charge(this.#flowOf(key), ms, now);
  }

  /** Spends it, at once or, for a flow that asks for much where others are there, when it is its turn. Rejects with RefusedError. */
  take(key: string, ask: Ask, signal: () => AbortSignal): Promise<void> | undefined {
    if (this.#limits.heavyMs === Number.POSITIVE_INFINITY) return undefined;
    if (!this.isHeavy(key)) {
      this.spend(key, ask.ms);
      return undefined;
    }
    if (!this.isCrowded() && this.#waiting.size === 0) {
      this.spend(key, ask.ms);
      return undefined;
    }
    const flow = this.#flowOf(key);
    if (!ask.piece) {
      const { waiting, flowWaiting } = this.#limits;
      if (this.#starts >= waiting || flow.starts.length >= flowWaiting) {
        this.#rejected['queue-full']++;
        return Promise.reject(new RefusedError('queue-full'));
      }
    }
    return this.#wait(key, flow, ask, signal());
  }

  get waiting(): number {
    return this.#starts;
  }

  get rejected(): Readonly<Record<Refusal, number>> {
    return this.#rejected;
  }

  #faded(ms: number, at: number, now: number): number {
    return ms * Math.exp((at - now) / MEMORY_MS);
  }

  #flowOf(key: string): Flow {
    let flow = this.#flows.get(key);
    if (flow === undefined) {
      if (this.#flows.size >= MAX_FLOWS) this.#forget();
      flow = { heavy: false, usedMs: 0, at: 0, pieces: [], starts: [], began: true };
      this.#flows.set(key, flow);
    }
    return flow;
  }

  /** Those that have been idle; the oldest, when none has. */
  #forget(): void {
    const now = Date.now();
    for (const [key, flow] of this.#flows) {
      if (this.#waiting.has(flow)) continue;
      if (this.#flows.size < MAX_FLOWS && this.#faded(flow.usedMs, flow.at, now) >= 1) continue;
      if (flow.heavy) this.#heavies--;
      this.#flows.delete(key);
    }
  }

  #charge(flow: Flow, ms: number, now: number): void {
    flow.usedMs = this.#faded(flow.usedMs, flow.at, now) + ms;
    flow.at = now;
  }

  #wait(key: string, flow: Flow, ask: Ask, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const queue = ask.piece ? flow.pieces : flow.starts;
      const settle = () => {
        clearTimeout(timer);
        signal.removeEventListener('abort', leave);
        if (!ask.piece) this.#starts--;
      };
      const refuse = (reason: Refusal) => {
        settle();
        queue.splice(queue.indexOf(waiter), 1);
        if (flow.pieces.length + flow.starts.length === 0) this.#waiting.delete(flow);
        this.#rejected[reason]++;
        reject(reason === 'cancelled' && ask.piece ? signal.reason : new RefusedError(reason));
      };
      const leave = guarded('budget', () => refuse('cancelled'));
      const timer = ask.piece
        ? undefined
        : setTimeout(
            guarded('budget', () => refuse('time-out')),
            this.#limits.waitMs,
          );
      const waiter: Waiter = {
        ask,
        grant: () => {
          settle();
          this.spend(key, ask.ms);
          resolve();
        },
      };
      queue.push(waiter);
      if (!ask.piece) this.#starts++;
      this.#waiting.add(flow);
      if (signal.aborted) return leave();
      signal.addEventListener('abort', leave);
      this.#arm();
    });
  }

  #arm(): void {
    if (this.#timer !== undefined || this.#waiting.size === 0) return;
    this.#timer = setTimeout(
      guarded('budget', () => {
        this.#timer = undefined;
        this.#hand();
        this.#arm();
      }),
      TICK_MS,
    );
  }

  #hand(): void {
    const { heavyMs, uploadBytes, uploadBurst } = this.#limits;
    const now = Date.now();
    const passed = now - this.#filledAt;
    this.#filledAt = now;
    const most = (heavyMs * SAVED_MS) / 1_000;
    // What was taken while nobody else was there is no debt.
    this.#tokensMs = Math.max(-heavyMs, Math.min(most, this.#tokensMs + (passed * heavyMs) / 1_000));
    this.#uploadBytes = Math.min(uploadBurst, this.#uploadBytes + (passed * uploadBytes) / 1_000);
    if (!this.isCrowded()) {
      this.#tokensMs = most;
      for (let begun = 0; begun < HANDFUL && this.#next(true); begun++);
      return;
    }
    while (this.#tokensMs > 0 && this.#next(false));
  }

  /** Grants to the flow that has had least what it waits for; false when there is nobody. */
  #next(alone: boolean): boolean {
    const now = Date.now();
    let least: Flow | undefined;
    let leastMs = Number.POSITIVE_INFINITY;
    for (const flow of this.#waiting) {
      const used = this.#faded(flow.usedMs, flow.at, now);
      if (used >= leastMs || this.#first(flow, alone) === undefined) continue;
      least = flow;
      leastMs = used;
    }
    if (least === undefined) return false;
    const waiter = this.#first(least, alone)!;
    const queue = waiter.ask.piece ? least.pieces : least.starts;
    queue.splice(queue.indexOf(waiter), 1);
    if (least.pieces.length + least.starts.length === 0) this.#waiting.delete(least);
    least.began = !waiter.ask.piece;
    this.#uploadBytes -= waiter.ask.uploadBytes;
    waiter.grant();
    return true;
  }

  /** A long body that must wait lets small ones pass. */
  #first(flow: Flow, alone: boolean): Waiter | undefined {
    const [piece] = flow.pieces;
    if (piece !== undefined && flow.began) return piece;
    if (alone || this.#uploadBytes > 0) return flow.starts[0] ?? piece;
    return flow.starts.find((each) => each.ask.uploadBytes === 0) ?? piece;
  }
}
