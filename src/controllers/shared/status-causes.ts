import { isStatus } from '../../meta/status-error.ts';

/** A create was refused because its namespace is being deleted: there is nothing left to do there. */
export function isNamespaceTerminating(error: unknown): boolean {
  return (
    isStatus(error, 'Forbidden') &&
    (error.status.details?.causes ?? []).some((cause) => cause.reason === 'NamespaceTerminating')
  );
}
