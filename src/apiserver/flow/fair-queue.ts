/**
 * Seats of one level, shared out fairly: flows that wait take turns, however many requests each has waiting. A request too
 * wide for what is free at the moment keeps narrower ones that came later from taking it, or it would wait for ever.
 */
import { guarded } from '../../meta/guard.ts';
import { type Demand, type LevelLimits, type Refusal, RefusedError, type Seat } from './contract.ts';

interface Waiter {
  demand: Demand;
  grant(seat: Seat): void;
  refuse(reason: Refusal): void;
}

interface Flow {
  tenant: string;
  inUse: number;
  waiting: Waiter[];
}

export interface QueueCounts {
  executing: number;
  seats: number;
  queued: number;
  dispatched: number;
  rejected: Readonly<Record<Refusal, number>>;
}

export class FairQueue {
  readonly #limits: LevelLimits;
  readonly #flows = new Map<string, Flow>();
  readonly #tenants = new Map<string, number>();
  /** Flows with waiters, in the order of their turns. */
  readonly #turns = new Set<Flow>();
  /** Tenants whose next request waits for seats that the tenant has in use, and whether one waits for all. */
  readonly #tight = new Set<string>();
  #allTight = false;
  #seats = 0;
  #executing = 0;
  #queued = 0;
  #dispatched = 0;
  readonly #rejected: Record<Refusal, number> = { 'queue-full': 0, 'time-out': 0, cancelled: 0 };

  /** Seats in use and when they run out, where they do. */
  readonly #leases: Map<Seat, number> | undefined;

  constructor(limits: LevelLimits) {
    this.#limits = limits;
    this.#leases = limits.leaseMs === undefined ? undefined : new Map();
  }

  /** A seat, at once when there is one. Rejects with RefusedError. `signal` is of the client that waits. */
  take(demand: Demand, signal: () => AbortSignal): Seat | Promise<Seat> {
    const flow = this.#flowOf(demand);
    if (flow.waiting.length === 0 && (this.#fits(flow, demand) || this.#reclaims(flow, demand))) {
      return this.#grant(flow, demand);
    }
    const { queued, flowQueued } = this.#limits;
    if (this.#queued >= queued || flow.waiting.length >= flowQueued) {
      this.#rejected['queue-full']++;
      this.#forget(flow, demand);
      return Promise.reject(new RefusedError('queue-full'));
    }
    return this.#wait(flow, demand, signal());
  }

  counts(): QueueCounts {
    return {
      executing: this.#executing,
      seats: this.#seats,
      queued: this.#queued,
      dispatched: this.#dispatched,
      rejected: this.#rejected,
    };
  }

  #wait(flow: Flow, demand: Demand, signal: AbortSignal): Promise<Seat> {
    return new Promise((resolve, reject) => {
      const settle = () => {
        clearTimeout(timer);
        signal.removeEventListener('abort', leave);
        this.#queued--;
      };
      const waiter: Waiter = {
        demand,
        grant(seat) {
          settle();
          resolve(seat);
        },
        refuse: (reason) => {
          settle();
          this.#rejected[reason]++;
          flow.waiting.splice(flow.waiting.indexOf(waiter), 1);
          if (flow.waiting.length === 0) this.#turns.delete(flow);
          this.#forget(flow, demand);
          reject(new RefusedError(reason));
          // It may have been the one that others were kept waiting for.
          this.#dispatch();
        },
      };
      const leave = guarded('queue', () => waiter.refuse('cancelled'));
      const timedOut = guarded('queue', () => waiter.refuse('time-out'));
      const timer = setTimeout(timedOut, this.#limits.waitMs);
      this.#queued++;
      flow.waiting.push(waiter);
      this.#turns.add(flow);
      if (signal.aborted) return leave();
      signal.addEventListener('abort', leave);
      // So that those who come later see what this one waits for.
      this.#dispatch();
    });
  }

  #flowOf({ tenant, flow: name }: Demand): Flow {
    const key = `${tenant}\n${name}`;
    let flow = this.#flows.get(key);
    if (flow === undefined) {
      flow = { tenant, inUse: 0, waiting: [] };
      this.#flows.set(key, flow);
    }
    return flow;
  }

  #forget(flow: Flow, { tenant, flow: name }: Demand): void {
    if (flow.inUse === 0 && flow.waiting.length === 0) this.#flows.delete(`${tenant}\n${name}`);
  }

  #width({ seats }: Demand): number {
    const { flowSeats, tenantSeats, seats: all } = this.#limits;
    return Math.min(seats, flowSeats, tenantSeats, all);
  }

  #fits(flow: Flow, demand: Demand): boolean {
    const width = this.#width(demand);
    return (
      !this.#allTight &&
      !this.#tight.has(flow.tenant) &&
      this.#seats + width <= this.#limits.seats &&
      (this.#tenants.get(flow.tenant) ?? 0) + width <= this.#limits.tenantSeats &&
      flow.inUse + width <= this.#limits.flowSeats
    );
  }

  #grant(flow: Flow, demand: Demand): Seat {
    const width = this.#width(demand);
    this.#use(flow, width, 1);
    this.#dispatched++;
    let released = false;
    const seat: Seat = {
      release: () => {
        if (released) return;
        released = true;
        this.#leases?.delete(seat);
        this.#use(flow, -width, -1);
        this.#forget(flow, demand);
        if (this.#turns.size > 0) this.#dispatch();
      },
    };
    this.#leases?.set(seat, Date.now() + this.#limits.leaseMs!);
    return seat;
  }

  /** Takes back what has run out, oldest first; whether there is room now. */
  #reclaims(flow: Flow, demand: Demand): boolean {
    if (this.#leases === undefined) return false;
    for (const [seat, until] of this.#leases) {
      if (until > Date.now()) break;
      seat.release();
    }
    // Forgotten when its last seat went.
    this.#flows.set(`${demand.tenant}\n${demand.flow}`, flow);
    return this.#fits(flow, demand);
  }

  #use(flow: Flow, width: number, requests: number): void {
    this.#executing += requests;
    this.#seats += width;
    flow.inUse += width;
    const tenant = (this.#tenants.get(flow.tenant) ?? 0) + width;
    if (tenant === 0) this.#tenants.delete(flow.tenant);
    else this.#tenants.set(flow.tenant, tenant);
  }

  /**
   * Gives out what is free: the flow whose turn it is first, and those that cannot go on for their own sake passed over. A
   * flow that got a seat and has more to ask for comes again at the end of the same round.
   */
  #dispatch(): void {
    this.#tight.clear();
    this.#allTight = false;
    for (const flow of this.#turns) {
      const [first] = flow.waiting;
      if (first === undefined) continue;
      const width = this.#width(first.demand);
      if (flow.inUse + width > this.#limits.flowSeats || this.#tight.has(flow.tenant)) continue;
      if ((this.#tenants.get(flow.tenant) ?? 0) + width > this.#limits.tenantSeats) {
        this.#tight.add(flow.tenant);
        continue;
      }
      if (this.#seats + width > this.#limits.seats) {
        this.#allTight = true;
        return;
      }
      flow.waiting.shift();
      this.#turns.delete(flow);
      if (flow.waiting.length > 0) this.#turns.add(flow);
      first.grant(this.#grant(flow, first.demand));
    }
  }
}
