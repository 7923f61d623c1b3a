import { expect, test } from 'vitest';
import { validateLease } from '../../../../../src/apis/coordination/validation/lease.ts';
import { rendered } from '../../core/validation/pods.ts';

test.each([
  [{ holderIdentity: 'a', leaseDurationSeconds: 40, leaseTransitions: 0 }, []],
  [{ leaseDurationSeconds: 0 }, ['spec.leaseDurationSeconds: Invalid value: 0: must be greater than 0']],
  [{ leaseTransitions: -1 }, ['spec.leaseTransitions: Invalid value: -1: must be greater than or equal to 0']],
  [{ preferredHolder: 'b' }, ['spec.preferredHolder: Forbidden: may only be specified if `strategy` is defined']],
  [
    { strategy: 'Newest' },
    ['spec.strategy.strategy: Unsupported value: "Newest": supported values: "OldestEmulationVersion"'],
  ],
  [{ strategy: 'example.com/mine', preferredHolder: 'b' }, []],
])('a lease with %j gives %j', (spec, messages) => {
  expect(rendered(validateLease({ spec }))).toEqual(messages);
});
