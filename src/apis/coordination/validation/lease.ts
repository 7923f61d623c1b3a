/** Leases. */
import type { ILease } from 'kubernetes-models/coordination.k8s.io/v1/Lease';
import { type FieldError, type FieldPath, forbidden, invalid, notSupported, path } from '../../../meta/field-error.ts';
import { NEGATIVE, qualifiedName } from '../../core/validation/checks.ts';

const STRATEGY = 'OldestEmulationVersion';

/** For creation and update alike. */
export function validateLease({ spec = {} }: Pick<ILease, 'spec'>): FieldError[] {
  const at = path('spec');
  const { leaseDurationSeconds: duration, leaseTransitions: transitions, strategy, preferredHolder } = spec;
  const errors: FieldError[] = [];
  if (duration !== undefined && duration <= 0) {
    errors.push(invalid(at.child('leaseDurationSeconds'), duration, 'must be greater than 0'));
  }
  if (transitions !== undefined && transitions < 0) {
    errors.push(invalid(at.child('leaseTransitions'), transitions, NEGATIVE));
  }
  // The doubled `strategy` in the path is upstream's.
  if (strategy !== undefined) errors.push(...validateStrategy(at.child('strategy', 'strategy'), strategy));
  if (preferredHolder && !strategy) {
    errors.push(forbidden(at.child('preferredHolder'), 'may only be specified if `strategy` is defined'));
  }
  return errors;
}

function validateStrategy(at: FieldPath, strategy: string): FieldError[] {
  if (strategy.includes('/')) return qualifiedName(at, strategy);
  return strategy === STRATEGY ? [] : [notSupported(at, strategy, [STRATEGY])];
}
