import { UnavailableError } from '../../db/unavailable-error.ts';

/** Whether the database is away, so that the same may succeed later. */
export function isOutage(error: unknown): boolean {
  return error instanceof UnavailableError;
}
