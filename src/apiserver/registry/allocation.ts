/** Writes that hold values which only one object may hold: tried until the store grants them all. */
import type { FieldError } from '../../meta/field-error.ts';
import { StatusError } from '../../meta/status-error.ts';
import type { Claim, WriteOutcome } from '../storage/contract.ts';
import type { Scope } from './context.ts';
import type { AllocationAttempt } from './contract.ts';

/**
 * Tries in a row before a write gives up. From the second on it picks among what is free, so that each further one means
 * that another writer took that very value in between: this many times running, of a pool that is not full.
 */
const MAX_TRIES = 100;

export interface Allocation {
  claims?: Claim[];
  errors?: FieldError[];
}

export interface AllocationState extends AllocationAttempt {
  /** Replaces what is known of these pools by what others hold of them now. */
  learn(taken: Readonly<Record<string, readonly string[]>>): void;
}

/** One for each object that is written: what was picked for it must be told from what its client chose. */
export function allocationState(): AllocationState {
  const taken = new Map<string, ReadonlySet<string>>();
  const picked = new Set<string>();
  const key = (pool: string, value: string) => `${pool}/${value}`;
  return {
    isTaken: (pool, value) => taken.get(pool)?.has(value) ?? false,
    isPicked: (pool, value) => picked.has(key(pool, value)),
    pick: (pool, value) => picked.add(key(pool, value)),
    learn(pools) {
      for (const [pool, values] of Object.entries(pools)) taken.set(pool, new Set(values));
    },
  };
}

/**
 * Calls `allocate` and `write` until the store grants all claims. `write` gets the claims of this attempt; its outcome
 * is returned when it is anything but `claimed`. Throws Invalid for what `allocate` finds wrong.
 */
export async function writeWithClaims(
  scope: Scope,
  name: string,
  state: AllocationState,
  allocate: ((attempt: AllocationAttempt) => Allocation) | undefined,
  write: (claims: Claim[] | undefined) => Promise<WriteOutcome>,
): Promise<WriteOutcome> {
  if (allocate === undefined) return write(undefined);
  for (let tries = 1; ; tries++) {
    const { claims, errors } = allocate(state);
    if (errors !== undefined && errors.length > 0) throw StatusError.invalid(scope.definition, name, errors);
    const outcome = await write(claims);
    if (outcome.result !== 'claimed' || tries >= MAX_TRIES) return outcome;
    state.learn(outcome.taken);
  }
}
