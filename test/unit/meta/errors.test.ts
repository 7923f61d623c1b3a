import { describe, expect, it } from 'vitest';
import {
  duplicate,
  forbidden,
  invalid,
  notFoundValue,
  notSupported,
  path,
  renderFieldError,
  required,
  tooLong,
  tooMany,
} from '../../../src/meta/field-error.ts';
import { isStatus, StatusError } from '../../../src/meta/status-error.ts';

const at = path('spec').child('containers').index(0).child('ports').key('http');

describe('field errors', () => {
  it.each([
    [required(at), 'Required value'],
    [required(at, 'why'), 'Required value: why'],
    [invalid(at, 'x', 'why'), 'Invalid value: "x": why'],
    [invalid(at, { a: [1] }, 'why'), 'Invalid value: {"a":[1]}: why'],
    [invalid(at, undefined, 'why'), 'Invalid value: "null": why'],
    [notSupported(at, 'x', ['b', 'a']), 'Unsupported value: "x": supported values: "b", "a"'],
    [duplicate(at, 'x'), 'Duplicate value: "x"'],
    [forbidden(at, 'why'), 'Forbidden: why'],
    [notFoundValue(at, 'x'), 'Not found: "x"'],
    [tooLong(at, 1), 'Too long: may not be more than 1 byte'],
    [tooMany(at, 3, 1), 'Too many: 3: must have at most 1 item'],
  ])('%j reads %s', (error, message) => {
    expect(renderFieldError(error)).toBe(`spec.containers[0].ports[http]: ${message}`);
  });
});

describe('Status errors', () => {
  it('list every field error, each text once', () => {
    const errors = [required('spec.a'), required('spec.a'), invalid('spec.b', 1, 'no')];
    const gk = { group: 'apps', kind: 'Deployment' };
    expect(StatusError.invalid(gk, 'web', errors.slice(0, 1)).message).toBe(
      'Deployment.apps "web" is invalid: spec.a: Required value',
    );
    const { status } = StatusError.invalid(gk, 'web', errors);
    expect(status.message).toBe(
      'Deployment.apps "web" is invalid: [spec.a: Required value, spec.b: Invalid value: 1: no]',
    );
    expect(status.details).toMatchObject({ name: 'web', group: 'apps', kind: 'Deployment' });
    expect(status.details?.causes?.[0]).toEqual({
      reason: 'FieldValueRequired',
      message: 'Required value',
      field: 'spec.a',
    });
  });

  it('survive the way to a client and back', () => {
    const error = StatusError.notFound({ group: 'apps', resource: 'deployments' }, 'web');
    expect(error.message).toBe('deployments.apps "web" not found');
    const again = StatusError.from(JSON.parse(JSON.stringify(error.status)));
    expect(again.status).toEqual(error.status);
    expect(isStatus(again, 'NotFound')).toBe(true);
    expect(isStatus(new Error('NotFound'), 'NotFound')).toBe(false);
  });

  it('carry a token to go on with when a list has expired', () => {
    const expired = StatusError.expired('too old', 'token');
    expect(expired.code).toBe(410);
    expect(StatusError.from(expired.status).status.metadata.continue).toBe('token');
  });
});
