/** One write to the store, and what its outcome means to the caller. */
import { StatusError } from '../../meta/status-error.ts';
import type { Write, WriteOutcome } from '../storage/contract.ts';
import { type RegistryDeps, type Scope, subjectOf } from './context.ts';
import type { Passed } from './writing.ts';

/** Sends one write, which has passed the door. Whoever composes the store wakes the feed after its commits, once for a group of them. */
export async function writeOne(deps: RegistryDeps, scope: Scope, _passed: Passed, write: Write): Promise<WriteOutcome> {
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
      return StatusError.internal(
        `other writers took each value of ${Object.keys(outcome.taken).join(', ')} that was tried`,
      );
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
