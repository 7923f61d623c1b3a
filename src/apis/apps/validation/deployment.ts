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
import { nonNegative } from '../../core/validation/checks.ts';
import { collisionsNotDecremented } from './collision-count.ts';
import { selectorUnchanged, validateReplicaCounts } from './replica-set.ts';
import { positiveIntOrPercent, valueOfIntOrPercent } from './rolling-update.ts';
import { validateSelectorAndTemplate } from './selector-and-template.ts';

type DeploymentLike = Pick<IDeployment, 'spec' | 'status'>;

export function validateDeployment({ spec }: DeploymentLike): FieldError[] {
  const at = path('spec');
  const { minReadySeconds = 0, progressDeadlineSeconds: deadline } = spec ?? {};
  const errors = [
    ...nonNegative(at.child('replicas'), spec?.replicas),
    ...validateSelectorAndTemplate(at, spec?.selector, spec?.template, 'Deployment'),
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
  return [...errors, ...collisionsNotDecremented(deployment.status?.collisionCount, old.status?.collisionCount)];
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
  if (valueOfIntOrPercent(maxUnavailable) === 0 && valueOfIntOrPercent(maxSurge) === 0) {
    errors.push(invalid(at.child('maxUnavailable'), maxUnavailable, 'may not be 0 when `maxSurge` is 0'));
  }
  if (typeof maxUnavailable === 'string' && valueOfIntOrPercent(maxUnavailable) > 100) {
    errors.push(invalid(at.child('maxUnavailable'), maxUnavailable, 'must not be greater than 100%'));
  }
  return errors;
}
