import { StatusError } from '../status-error.ts';

/**
 * 422 for a patch that is well-formed but does not apply to this object. The message is upstream's, which hides the
 * reason; the reason is added as a cause, where kubectl shows it.
 */
export function unprocessable(reason: string): StatusError {
  return new StatusError(422, 'Invalid', 'the server rejected our request due to an error in our request', {
    causes: [{ reason: 'FieldValueInvalid', message: reason, field: 'patch' }],
  });
}
