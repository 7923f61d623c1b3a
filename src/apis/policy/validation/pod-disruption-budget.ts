/** PodDisruptionBudgets. */
import type { IPodDisruptionBudget } from 'kubernetes-models/policy/v1/PodDisruptionBudget';
import { type FieldError, invalid, path } from '../../../meta/field-error.ts';
import { validateLabelSelector } from '../../../meta/label-selector-validation.ts';
import type { LabelSelector } from '../../../meta/selectors.ts';
import { notMoreThanAll, positiveIntOrPercent } from '../../apps/validation/rolling-update.ts';
import { nonNegative, optionalOneOf } from '../../core/validation/checks.ts';

type BudgetLike = Pick<IPodDisruptionBudget, 'spec' | 'status'>;

export function validatePodDisruptionBudget({ spec = {} }: BudgetLike): FieldError[] {
  const at = path('spec');
  const { minAvailable, maxUnavailable, selector, unhealthyPodEvictionPolicy } = spec;
  const errors: FieldError[] = [];
  if (minAvailable !== undefined && maxUnavailable !== undefined) {
    errors.push(invalid(at, spec, 'minAvailable and maxUnavailable cannot be both set'));
  }
  for (const name of ['minAvailable', 'maxUnavailable'] as const) {
    const value = spec[name];
    if (value === undefined) continue;
    errors.push(...positiveIntOrPercent(at.child(name), value), ...notMoreThanAll(at.child(name), value));
  }
  errors.push(...validateLabelSelector(selector as LabelSelector | undefined, at.child('selector')));
  const policies = ['AlwaysAllow', 'IfHealthyBudget'];
  return [...errors, ...optionalOneOf(at.child('unhealthyPodEvictionPolicy'), unhealthyPodEvictionPolicy, policies)];
}

export function validatePodDisruptionBudgetStatus({ status }: BudgetLike): FieldError[] {
  const at = path('status');
  return (['disruptionsAllowed', 'currentHealthy', 'desiredHealthy', 'expectedPods'] as const).flatMap((name) =>
    nonNegative(at.child(name), status?.[name]),
  );
}
