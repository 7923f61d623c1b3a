/** One write to the store, and what its outcome means to the caller. */
import type { FieldError } from '../../meta/field-error.ts';
import { StatusError } from '../../meta/status-error.ts';
import type { Claim, Write, WriteOutcome } from '../storage/contract.ts';
import { type RegistryDeps, type Scope, subjectOf } from './context.ts';

/** Sends one write. Whoever composes the store wakes the feed after its commits, once for a group of them. */
export async function writeOne(deps: RegistryDeps, scope: Scope, write: Write): Promise<WriteOutcome> {
  const [outcome] = await deps.store.write(scope.tenant, [write]);
  if (outcome === undefined) throw new Error('the store did not answer a write');
  return outcome;
}

/** The error of an outcome that nobody handles further. */
export function outcomeError(scope: Scope, name: string, outcome: WriteOutcome): Error {
  const subject = subjectOf(scope.definition);
  switch (outcome.result) {
    case 'exists':
      return StatusError.alreadyExists(subject, name);
    case 'notFound':
      return StatusError.notFound(subject, name);
    case 'conflict':
      return StatusError.modified(subject, name);
    case 'namespaceNotFound':
      return StatusError.notFound({ group: '', resource: 'namespaces' }, scope.namespace);
    case 'namespaceTerminating':
      return namespaceTerminating(scope, name);
    case 'claimed':
      return StatusError.internal(`no free value left to claim of pool ${outcome.claim.pool}`);
    case 'ok':
      return new Error('not an error');
  }
}

function namespaceTerminating(scope: Scope, name: string): StatusError {
  const message = `unable to create new content in namespace ${scope.namespace} because it is being terminated`;
  const error = StatusError.forbidden(subjectOf(scope.definition), name, message);
  error.status.details = {
    ...error.status.details,
    causes: [
      {
        reason: 'NamespaceTerminating',
        message: `namespace ${scope.namespace} is being terminated`,
        field: 'metadata.namespace',
      },
    ],
  };
  return error;
}

/** Lost races in a row before an unconditional write gives up; more than the writers one object ever has at once. */
export const MAX_RACES = 100;

/** Values taken at most this often in a row before the write fails: each time another writer was faster. */
const MAX_ALLOCATIONS = 32;

export interface Allocation {
  claims?: Claim[];
  errors?: FieldError[];
}

/**
 * Calls `allocate` and `write` until the store grants all claims. `write` gets the claims of this attempt; its outcome
 * is returned when it is anything but `claimed`.
 */
export async function writeWithClaims(
  scope: Scope,
  name: string,
  allocate: ((attempt: { number: number; taken: readonly Claim[] }) => Required<Allocation> | Allocation) | undefined,
  write: (claims: Claim[] | undefined) => Promise<WriteOutcome>,
): Promise<WriteOutcome> {
  if (allocate === undefined) return write(undefined);
  const taken: Claim[] = [];
  for (let number = 0; ; number++) {
    const { claims, errors } = allocate({ number, taken });
    if (errors !== undefined && errors.length > 0) throw StatusError.invalid(scope.definition, name, errors);
    const outcome = await write(claims);
    if (outcome.result !== 'claimed') return outcome;
    if (number >= MAX_ALLOCATIONS) throw outcomeError(scope, name, outcome);
    taken.push(outcome.claim);
  }
}
