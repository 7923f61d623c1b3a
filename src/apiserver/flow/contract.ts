/** What a request asks of the process, and what it gets. FlowSchemas and PriorityLevelConfigurations will decide it one day. */

/**
 * Levels share nothing but the process: a flood in one does not fill another.
 * - exempt: operators (system:masters) and health; never waits.
 * - light: what keeps nodes and leaders alive, and single gets.
 * - system: everything else of nodes.
 * - lists: whatever reads many objects, and holds its seats for as long as its answer takes.
 * - uploads: bodies so long that each of them is seen by everybody.
 * - workload: everything else, which is writes.
 */
export type Level = 'exempt' | 'light' | 'system' | 'lists' | 'uploads' | 'workload';

export interface Demand {
  level: Level;
  tenant: string;
  /** Whose request it is, within the level: seats are shared out fairly between flows. */
  flow: string;
  /** How much work it is, in units of a plain request; 0 for what only moves bytes. */
  seats: number;
}

/** A place to work in. */
export interface Seat {
  /** Gives it back; again does nothing. */
  release(): void;
}

/** Bounds of one level. Seats of 1 are plain requests; a list takes more. */
export interface LevelLimits {
  /** Of all together. */
  seats: number;
  /** Of one tenant. */
  tenantSeats: number;
  /** Of one flow. A request that asks for more takes as many. */
  flowSeats: number;
  /** Requests that may wait, of all and of one flow. */
  queued: number;
  flowQueued: number;
  /** How long one may wait, in milliseconds. */
  waitMs: number;
  /** A seat not given back by then counts as free: where a request may be ended without a word (Workers). */
  leaseMs?: number;
}

/** As apiserver_flowcontrol_rejected_requests_total names them. */
export type Refusal = 'queue-full' | 'time-out' | 'cancelled';

export class RefusedError extends Error {
  readonly reason: Refusal;

  constructor(reason: Refusal) {
    super(`not admitted: ${reason}`);
    this.name = 'RefusedError';
    this.reason = reason;
  }
}
