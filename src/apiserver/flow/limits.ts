/**
 * How much is done at once. One thread does the work of all, so the numbers do not grow with the machine's cores: enough
 * for writes to be gathered into one commit, few enough that a small request finds little work before it.
 */
import type { BodyLimits } from './bodies.ts';
import type { BudgetLimits } from './budget.ts';
import type { Level, LevelLimits } from './contract.ts';
import type { TurnsOptions } from './turns.ts';

export interface FlowLimits {
  levels: Readonly<Record<Exclude<Level, 'exempt'>, LevelLimits>>;
  bodies: BodyLimits;
  budget: BudgetLimits;
  turns: TurnsOptions;
  /** From the request's head to the beginning of its answer, in milliseconds. Upstream's --request-timeout. */
  deadlineMs: number;
  /** A client that takes nothing of a list for so long is cut off, in milliseconds. */
  stallMs: number;
  /** A client that has been refused so often within a second and asks again waits for its next refusal. */
  promptRefusals: number;
}

const MIB = 1024 * 1024;
const WAIT_MS = 15_000;

export const DEFAULT_LIMITS: FlowLimits = {
  levels: {
    light: { seats: 64, tenantSeats: 48, flowSeats: 32, queued: 512, flowQueued: 128, waitMs: WAIT_MS },
    system: { seats: 48, tenantSeats: 32, flowSeats: 12, queued: 512, flowQueued: 64, waitMs: WAIT_MS },
    lists: { seats: 40, tenantSeats: 30, flowSeats: 20, queued: 512, flowQueued: 64, waitMs: WAIT_MS },
    uploads: { seats: 2, tenantSeats: 2, flowSeats: 1, queued: 256, flowQueued: 32, waitMs: WAIT_MS },
    workload: { seats: 32, tenantSeats: 24, flowSeats: 12, queued: 512, flowQueued: 64, waitMs: WAIT_MS },
  },
  bodies: { bytes: 64 * MIB, flowBytes: 12 * MIB, waiting: 512, waitMs: WAIT_MS },
  budget: {
    flowMs: 100,
    fullMs: 600,
    heavyMs: 250,
    uploadBytes: MIB / 2,
    uploadBurst: MIB / 8,
    waiting: 1_024,
    flowWaiting: 64,
    waitMs: WAIT_MS,
  },
  turns: { atOnce: 2, patienceMs: 10 },
  deadlineMs: 60_000,
  stallMs: 30_000,
  promptRefusals: 20,
};

/** Where requests of one isolate must not wait for each other: what does not fit is refused at once. */
export function withoutQueues(limits: FlowLimits): FlowLimits {
  const levels = Object.fromEntries(
    Object.entries(limits.levels).map(([level, each]) => [
      level,
      { ...each, queued: 0, flowQueued: 0, leaseMs: limits.deadlineMs },
    ]),
  ) as unknown as FlowLimits['levels'];
  const endless = Number.POSITIVE_INFINITY;
  return {
    ...limits,
    levels,
    bodies: { ...limits.bodies, bytes: endless, flowBytes: endless, waiting: 0 },
    budget: { ...limits.budget, heavyMs: endless },
    turns: { ...limits.turns, atOnce: endless },
    promptRefusals: endless,
  };
}
