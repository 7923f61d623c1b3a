/** Deployments. */
import type { IDeployment } from 'kubernetes-models/apps/v1/Deployment';
import type { IDeploymentStrategy } from 'kubernetes-models/apps/v1/DeploymentStrategy';
import type { IRollingUpdateDeployment } from 'kubernetes-models/apps/v1/RollingUpdateDeployment';
import {
  type FieldError,
  type FieldPath,
  forbidden,
  invalid,
  notSupported,
  path,
  required,
} from '../../../meta/field-error.ts';
import { validatePercent } from '../../../meta/names.ts';
import { invalidEach, nonNegative } from '../../core/validation/checks.ts';
import { selectorUnchanged, validateReplicaCounts, validateSelectorAndTemplate } from './replica-set.ts';

type DeploymentLike = Pick<IDeployment, 'spec' | 'status'>;

export function validateDeployment({ spec }: DeploymentLike): FieldError[] {
  const at = path('spec');
  const { minReadySeconds = 0, progressDeadlineSeconds: deadline } = spec ?? {};
  const errors = [
    ...nonNegative(at.child('replicas'), spec?.replicas),
    ...validateSelectorAndTemplate(at, spec?.selector, spec?.template, 'deployment'),
    ...validateStrategy(at.child('strategy'), spec?.strategy ?? {}),
    ...nonNegative(at.child('minReadySeconds'), minReadySeconds),
    ...nonNegative(at.child('revisionHistoryLimit'), spec?.revisionHistoryLimit),
    ...nonNegative(at.child('progressDeadlineSeconds'), deadline),
  ];
  if (deadline !== undefined && deadline <= minReadySeconds) {
    errors.push(invalid(at.child('progressDeadlineSeconds'), deadline, 'must be greater than minReadySeconds'));
  }
  return errors;
}

/** Comes on top of {@link validateDeployment}. */
export function validateDeploymentUpdate(deployment: DeploymentLike, old: DeploymentLike): FieldError[] {
  return selectorUnchanged(deployment.spec?.selector, old.spec?.selector);
}

export function validateDeploymentStatusUpdate(deployment: DeploymentLike, old: DeploymentLike): FieldError[] {
  const { collisionCount } = deployment.status ?? {};
  const before = old.status?.collisionCount;
  const errors = validateReplicaCounts(deployment.status ?? {}, [
    'observedGeneration',
    'replicas',
    'updatedReplicas',
    'readyReplicas',
    'availableReplicas',
    'unavailableReplicas',
    'terminatingReplicas',
    'collisionCount',
  ]);
  if (before !== undefined && (collisionCount === undefined || collisionCount < before)) {
    errors.push(invalid(path('status').child('collisionCount'), collisionCount ?? 0, 'cannot be decremented'));
  }
  return errors;
}

function validateStrategy(at: FieldPath, { type, rollingUpdate }: IDeploymentStrategy): FieldError[] {
  const rolling = at.child('rollingUpdate');
  if (type === 'Recreate') {
    if (rollingUpdate === undefined) return [];
    return [forbidden(rolling, "may not be specified when strategy `type` is 'Recreate'")];
  }
  if (type !== 'RollingUpdate') return [notSupported(at.child('type'), type ?? '', ['Recreate', 'RollingUpdate'])];
  if (rollingUpdate === undefined) return [required(rolling, 'this should be defaulted and never be nil')];
  return validateRollingUpdate(rolling, rollingUpdate);
}

function validateRollingUpdate(
  at: FieldPath,
  { maxUnavailable = 0, maxSurge = 0 }: IRollingUpdateDeployment,
): FieldError[] {
  const errors = [
    ...positiveIntOrPercent(at.child('maxUnavailable'), maxUnavailable),
    ...positiveIntOrPercent(at.child('maxSurge'), maxSurge),
  ];
  if (numberOf(maxUnavailable) === 0 && numberOf(maxSurge) === 0) {
    errors.push(invalid(at.child('maxUnavailable'), maxUnavailable, 'may not be 0 when `maxSurge` is 0'));
  }
  if (typeof maxUnavailable === 'string' && numberOf(maxUnavailable) > 100) {
    errors.push(invalid(at.child('maxUnavailable'), maxUnavailable, 'must not be greater than 100%'));
  }
  return errors;
}

function positiveIntOrPercent(at: FieldPath, value: number | string): FieldError[] {
  return typeof value === 'number' ? nonNegative(at, value) : invalidEach(at, value, validatePercent);
}

/** 25 for 25 and for "25%"; 0 for text that is no percentage, which is reported as such. */
function numberOf(value: number | string): number {
  if (typeof value === 'number') return value;
  return /^\d+%$/.test(value) ? Number.parseInt(value, 10) : 0;
}
