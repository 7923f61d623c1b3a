/** HorizontalPodAutoscalers, in their newest form. */
import type { IHorizontalPodAutoscaler } from 'kubernetes-models/autoscaling/v2/HorizontalPodAutoscaler';
import type { IHPAScalingRules } from 'kubernetes-models/autoscaling/v2/HPAScalingRules';
import { type FieldError, type FieldPath, invalid, path, required } from '../../../meta/field-error.ts';
import { nonNegative, optionalOneOf } from '../../core/validation/checks.ts';
import { validatePositiveQuantity } from '../../core/validation/resources.ts';
import { validateMetric } from './metric.ts';
import { validateTarget } from './target.ts';

type AutoscalerLike = Pick<IHorizontalPodAutoscaler, 'spec' | 'status'>;

const MAX_WINDOW_SECONDS = 3600;
const MAX_PERIOD_SECONDS = 1800;

export function validateAutoscaler({ spec }: AutoscalerLike): FieldError[] {
  const at = path('spec');
  const { minReplicas, maxReplicas = 0, scaleTargetRef, metrics = [], behavior } = spec ?? {};
  const errors: FieldError[] = [];
  if (minReplicas !== undefined && minReplicas < 1) {
    errors.push(invalid(at.child('minReplicas'), minReplicas, 'must be greater than or equal to 1'));
  }
  if (maxReplicas < 1) errors.push(invalid(at.child('maxReplicas'), maxReplicas, 'must be greater than 0'));
  if (minReplicas !== undefined && maxReplicas < minReplicas) {
    errors.push(invalid(at.child('maxReplicas'), maxReplicas, 'must be greater than or equal to `minReplicas`'));
  }
  errors.push(...validateTarget(at.child('scaleTargetRef'), scaleTargetRef));
  errors.push(...metrics.flatMap((metric, index) => validateMetric(at.child('metrics').index(index), metric)));
  for (const name of ['scaleUp', 'scaleDown'] as const) {
    const rules = behavior?.[name];
    if (rules !== undefined) errors.push(...validateRules(at.child('behavior', name), rules));
  }
  return errors;
}

export function validateAutoscalerStatus({ status }: AutoscalerLike): FieldError[] {
  return (['currentReplicas', 'desiredReplicas'] as const).flatMap((name) =>
    nonNegative(path('status').child(name), status?.[name]),
  );
}

function validateRules(at: FieldPath, rules: IHPAScalingRules): FieldError[] {
  const { stabilizationWindowSeconds: window, selectPolicy, policies = [], tolerance } = rules;
  const inWindow = at.child('stabilizationWindowSeconds');
  const errors = nonNegative(inWindow, window);
  if (window !== undefined && window > MAX_WINDOW_SECONDS) {
    errors.push(invalid(inWindow, window, `must be less than or equal to ${MAX_WINDOW_SECONDS}`));
  }
  errors.push(...optionalOneOf(at.child('selectPolicy'), selectPolicy, ['Disabled', 'Max', 'Min']));
  const inPolicies = at.child('policies');
  if (policies.length === 0) errors.push(required(inPolicies, 'must specify at least one Policy'));
  for (const [index, { type, value, periodSeconds }] of policies.entries()) {
    const entry = inPolicies.index(index);
    errors.push(...optionalOneOf(entry.child('type'), type, ['Percent', 'Pods']));
    if (value <= 0) errors.push(invalid(entry.child('value'), value, 'must be greater than zero'));
    const inPeriod = entry.child('periodSeconds');
    if (periodSeconds <= 0) errors.push(invalid(inPeriod, periodSeconds, 'must be greater than zero'));
    if (periodSeconds > MAX_PERIOD_SECONDS) {
      errors.push(invalid(inPeriod, periodSeconds, `must be less than or equal to ${MAX_PERIOD_SECONDS}`));
    }
  }
  if (tolerance === undefined) return errors;
  return [...errors, ...validatePositiveQuantity(at.child('tolerance'), tolerance)];
}
