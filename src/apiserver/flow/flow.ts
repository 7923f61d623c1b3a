/** Bounded and fair work: who may do how much at once, of the requests of one process (or isolate). */
import { StatusError } from '../../meta/status-error.ts';
import type { Family, Metrics, Sample } from '../metrics/contract.ts';
import { BodyBudget } from './bodies.ts';
import { Budget } from './budget.ts';
import { type Demand, type Level, RefusedError, type Seat } from './contract.ts';
import { Deadlines } from './deadlines.ts';
import { FairQueue, type QueueCounts } from './fair-queue.ts';
import { DEFAULT_LIMITS, type FlowLimits } from './limits.ts';
import { createPace, type Tick } from './pace.ts';
import { Refusals } from './refusals.ts';
import { createSizes, type SeenSizes } from './sizes.ts';
import { Turns } from './turns.ts';

export interface Flow {
  readonly limits: FlowLimits;
  readonly sizes: SeenSizes;
  readonly turns: Turns;
  readonly bodies: BodyBudget;
  readonly budget: Budget;
  readonly deadlines: Deadlines;
  /** Resolves when a piece of a long answer may be made. */
  pace(): Promise<void>;
  /** In flight now, as apiserver_current_inflight_requests and apiserver_longrunning_requests tell it. */
  readonly inFlight: { mutating: number; readOnly: number; longRunning: Map<string, number>; longAnswers: number };
  /** A seat, at once or when it is its turn. Rejects with a Status (429). */
  admit(demand: Demand, signal: () => AbortSignal): Seat | Promise<Seat>;
  /** The Status of a refusal, when it is time to tell it. */
  refusal(demand: Demand, error: unknown): Promise<never>;
}

const FREE: Seat = { release() {} };

/** `tick`: how a host lets its event loop turn; absent where nothing else could be served meanwhile. */
export function createFlow(limits: FlowLimits = DEFAULT_LIMITS, metrics?: Metrics, tick?: Tick): Flow {
  const queues = {
    light: new FairQueue(limits.levels.light),
    system: new FairQueue(limits.levels.system),
    lists: new FairQueue(limits.levels.lists),
    uploads: new FairQueue(limits.levels.uploads),
    workload: new FairQueue(limits.levels.workload),
  };
  const refusals = new Refusals(limits.promptRefusals);
  const flow: Flow = {
    limits,
    sizes: createSizes(),
    turns: new Turns(limits.turns),
    bodies: new BodyBudget(limits.bodies),
    budget: new Budget(limits.budget),
    deadlines: new Deadlines(limits.deadlineMs),
    pace: createPace(tick),
    inFlight: { mutating: 0, readOnly: 0, longRunning: new Map(), longAnswers: 0 },
    admit(demand, signal) {
      if (demand.level === 'exempt' || demand.seats === 0) return FREE;
      const seat = queues[demand.level].take(demand, signal);
      return seat instanceof Promise ? seat.catch((error: unknown) => flow.refusal(demand, error)) : seat;
    },
    async refusal(demand, error) {
      if (!(error instanceof RefusedError)) throw error;
      if (error.reason === 'queue-full') await refusals.due(`${demand.tenant}\n${demand.flow}`);
      throw StatusError.tooManyRequests('Too many requests, please try again later.', RETRY_SECONDS);
    },
  };
  if (metrics !== undefined) for (const family of familiesOf(flow, queues)) metrics.register(family);
  return flow;
}

const RETRY_SECONDS = 1;

type Queues = Record<Exclude<Level, 'exempt'>, FairQueue>;

function familiesOf(flow: Flow, queues: Queues): Family[] {
  const perLevel = (
    name: string,
    help: string,
    type: Family['type'],
    value: (counts: QueueCounts) => number,
  ): Family => ({
    name: `apiserver_flowcontrol_${name}`,
    help,
    type,
    labels: ['priority_level'],
    collect: () =>
      Object.entries(queues).map(([level, queue]) => ({
        labels: { priority_level: level },
        value: value(queue.counts()),
      })),
  });
  return [
    perLevel('current_inqueue_requests', 'Requests that wait for a seat.', 'gauge', (counts) => counts.queued),
    perLevel('current_executing_requests', 'Requests that have a seat.', 'gauge', (counts) => counts.executing),
    perLevel('current_executing_seats', 'Seats in use.', 'gauge', (counts) => counts.seats),
    perLevel('dispatched_requests_total', 'Requests that got a seat.', 'counter', (counts) => counts.dispatched),
    {
      name: 'apiserver_flowcontrol_rejected_requests_total',
      help: 'Requests that got no seat, and why.',
      type: 'counter',
      labels: ['priority_level', 'reason'],
      collect: () => Object.entries(queues).flatMap(([level, queue]) => rejected(level, queue.counts())),
    },
    {
      name: 'apiserver_current_inflight_requests',
      help: 'Requests in hand that do not run long.',
      type: 'gauge',
      labels: ['request_kind'],
      collect: () => [
        { labels: { request_kind: 'mutating' }, value: flow.inFlight.mutating },
        { labels: { request_kind: 'readOnly' }, value: flow.inFlight.readOnly },
      ],
    },
    {
      name: 'apiserver_longrunning_requests',
      help: 'Watches, logs and other answers that go on.',
      type: 'gauge',
      labels: ['verb', 'group', 'version', 'resource', 'subresource', 'scope'],
      collect: () => [...flow.inFlight.longRunning].map(([labels, value]) => ({ labels: JSON.parse(labels), value })),
    },
    {
      name: 'kedge_request_body_bytes',
      help: 'Bytes of request bodies in memory.',
      type: 'gauge',
      labels: [],
      collect: () => [{ labels: {}, value: flow.bodies.bytes }],
    },
    {
      name: 'kedge_requests_waiting_for_time',
      help: 'Requests of flows that ask for much, which wait to begin while others are there.',
      type: 'gauge',
      labels: [],
      collect: () => [{ labels: {}, value: flow.budget.waiting }],
    },
    {
      name: 'kedge_requests_without_time_total',
      help: 'Requests of flows that ask for much that were not begun, and why.',
      type: 'counter',
      labels: ['reason'],
      collect: () => Object.entries(flow.budget.rejected).map(([reason, value]) => ({ labels: { reason }, value })),
    },
    {
      name: 'kedge_list_pages_waiting',
      help: 'Pages of lists that wait for their turn.',
      type: 'gauge',
      labels: [],
      collect: () => [{ labels: {}, value: flow.turns.waiting }],
    },
  ];
}

function rejected(level: string, counts: QueueCounts): Sample[] {
  return Object.entries(counts.rejected).map(([reason, value]) => ({
    labels: { priority_level: level, reason },
    value,
  }));
}
