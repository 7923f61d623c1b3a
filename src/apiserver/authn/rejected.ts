import { StatusError } from '../../meta/status-error.ts';

/**
 * A 401 whose reason stays inside: callers see "Unauthorized" as upstream answers them, logs and TokenReview see why.
 */
export function rejected(why: string, cause?: unknown): StatusError {
  return new StatusError(401, 'Unauthorized', 'Unauthorized', undefined, { cause: new Error(why, { cause }) });
}

/** The inner reason of an error made by `rejected`, else the error's own message. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? error.cause.message : error.message;
}
