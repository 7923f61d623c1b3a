/** DaemonSets. */
import type { IDaemonSet } from 'kubernetes-models/apps/v1/DaemonSet';
import type { IDaemonSetUpdateStrategy } from 'kubernetes-models/apps/v1/DaemonSetUpdateStrategy';
import type { IRollingUpdateDaemonSet } from 'kubernetes-models/apps/v1/RollingUpdateDaemonSet';
import { type FieldError, type FieldPath, invalid, notSupported, path, required } from '../../../meta/field-error.ts';
import { nonNegative } from '../../core/validation/checks.ts';
import { collisionsNotDecremented } from './collision-count.ts';
import { selectorUnchanged } from './replica-set.ts';
import { notMoreThanAll, positiveIntOrPercent, valueOfIntOrPercent } from './rolling-update.ts';
import { validateSelectorAndTemplate } from './selector-and-template.ts';

type DaemonSetLike = Pick<IDaemonSet, 'spec' | 'status'>;

export function validateDaemonSet({ spec }: DaemonSetLike): FieldError[] {
  const at = path('spec');
  return [
    ...validateSelectorAndTemplate(at, spec?.selector, spec?.template, 'DaemonSet'),
    ...nonNegative(at.child('minReadySeconds'), spec?.minReadySeconds),
    ...validateUpdateStrategy(at.child('updateStrategy'), spec?.updateStrategy ?? {}),
    ...nonNegative(at.child('revisionHistoryLimit'), spec?.revisionHistoryLimit),
  ];
}

/** Comes on top of {@link validateDaemonSet}. */
export function validateDaemonSetUpdate(set: DaemonSetLike, old: DaemonSetLike): FieldError[] {
  return selectorUnchanged(set.spec?.selector, old.spec?.selector);
}

const COUNTS = [
  'currentNumberScheduled',
  'numberMisscheduled',
  'desiredNumberScheduled',
  'numberReady',
  'observedGeneration',
  'updatedNumberScheduled',
  'numberAvailable',
  'numberUnavailable',
  'collisionCount',
] as const;

export function validateDaemonSetStatusUpdate({ status }: DaemonSetLike, old: DaemonSetLike): FieldError[] {
  return [
    ...COUNTS.flatMap((name) => nonNegative(path('status').child(name), status?.[name])),
    ...collisionsNotDecremented(status?.collisionCount, old.status?.collisionCount),
  ];
}

function validateUpdateStrategy(at: FieldPath, strategy: IDaemonSetUpdateStrategy): FieldError[] {
  const { type, rollingUpdate } = strategy;
  if (type === 'OnDelete') return [];
  if (type !== 'RollingUpdate') return [notSupported(at.child('type'), strategy, ['RollingUpdate', 'OnDelete'])];
  if (rollingUpdate === undefined) return [required(at.child('rollingUpdate'))];
  return validateRollingUpdate(at.child('rollingUpdate'), rollingUpdate);
}

/** Pods are taken away first or come first: one of both, and not both. */
function validateRollingUpdate(
  at: FieldPath,
  { maxUnavailable = 0, maxSurge = 0 }: IRollingUpdateDaemonSet,
): FieldError[] {
  const [unavailable, surge] = [at.child('maxUnavailable'), at.child('maxSurge')];
  const errors = [
    ...positiveIntOrPercent(unavailable, maxUnavailable),
    ...positiveIntOrPercent(surge, maxSurge),
    ...notMoreThanAll(unavailable, maxUnavailable),
    ...notMoreThanAll(surge, maxSurge),
  ];
  const [hasUnavailable, hasSurge] = [valueOfIntOrPercent(maxUnavailable) !== 0, valueOfIntOrPercent(maxSurge) !== 0];
  if (hasUnavailable && hasSurge) {
    errors.push(invalid(surge, maxSurge, 'may not be set when maxUnavailable is non-zero'));
  }
  if (!hasUnavailable && !hasSurge) errors.push(required(unavailable, 'cannot be 0 when maxSurge is 0'));
  return errors;
}
