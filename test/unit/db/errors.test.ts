import { describe, expect, it } from 'vitest';
import { UnavailableError } from '../../../src/apiserver/storage/errors.ts';
import { isRetryable, QueryError, translateError } from '../../../src/db/errors.ts';

const failure = (code: string) => Object.assign(new Error('server says so'), { code });

describe('database errors', () => {
  it.each(['57P01', '08006', '53300', 'ECONNREFUSED', 'CONNECTION_CLOSED', 'CONNECT_TIMEOUT', '25006'])(
    'takes %s for an absent database',
    (code) => {
      expect(translateError('objects.get', failure(code))).toBeInstanceOf(UnavailableError);
      expect(isRetryable(failure(code))).toBe(false);
    },
  );

  it.each(['40001', '40P01', '55P03'])('runs a statement again that was rolled back by %s', (code) => {
    expect(isRetryable(failure(code))).toBe(true);
    expect(translateError('objects.write', failure(code))).toBeInstanceOf(UnavailableError);
  });

  it('names the statement that failed by itself', () => {
    const error = translateError('objects.write', failure('22P05')) as QueryError;
    expect(error).toBeInstanceOf(QueryError);
    expect(error.message).toBe('objects.write: server says so (22P05)');
    expect(error.code).toBe('22P05');
  });

  it('leaves errors alone that are not the database’s', () => {
    const error = new TypeError('bug');
    expect(translateError('objects.get', error)).toBe(error);
  });
});
