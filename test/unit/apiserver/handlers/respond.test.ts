import { expect, test } from 'vitest';
import { statusErrorOf } from '../../../../src/apiserver/handlers/respond.ts';
import {
  RevisionAheadError,
  RevisionExpiredError,
  TenantNotFoundError,
  UnavailableError,
} from '../../../../src/apiserver/storage/errors.ts';
import { StatusError } from '../../../../src/meta/status-error.ts';

test.each([
  [new UnavailableError('connection refused'), 503, 'ServiceUnavailable'],
  [new RevisionExpiredError(1, 5), 410, 'Expired'],
  [new RevisionAheadError(9, 5), 504, 'Timeout'],
  [new TenantNotFoundError('x'), 404, 'NotFound'],
  [StatusError.badRequest('x'), 400, 'BadRequest'],
  [new TypeError('a bug'), 500, 'InternalError'],
])('%s becomes %i %s', (error, code, reason) => {
  expect(statusErrorOf(error).status).toMatchObject({ code, reason, status: 'Failure' });
});

test('clients are told when to come back', () => {
  expect(statusErrorOf(new UnavailableError('x')).status.details?.retryAfterSeconds).toBe(1);
  expect(statusErrorOf(new RevisionAheadError(9, 5)).status.details).toMatchObject({
    causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }],
  });
});
