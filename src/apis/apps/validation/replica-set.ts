/** ReplicaSets, and the pod templates of kinds whose pods run forever. */
import type { ILabelSelector } from '@kubernetes-models/apimachinery/apis/meta/v1/LabelSelector';
import type { IReplicaSet } from 'kubernetes-models/apps/v1/ReplicaSet';
import type { IPodTemplateSpec } from 'kubernetes-models/v1/PodTemplateSpec';
import { semanticEqual } from '../../../meta/equal.ts';
import {
  type FieldError,
  type FieldPath,
  forbidden,
  invalid,
  notSupported,
  path,
  required,
} from '../../../meta/field-error.ts';
import { validateLabelSelector } from '../../../meta/label-selector-validation.ts';
import { type LabelSelector, selectorMatches } from '../../../meta/selectors.ts';
import { IMMUTABLE, nonNegative } from '../../core/validation/checks.ts';
import { validatePodTemplateSpec } from '../../core/validation/pod.ts';

type ReplicaSetLike = Pick<IReplicaSet, 'spec' | 'status'>;

export function validateReplicaSet({ spec }: ReplicaSetLike): FieldError[] {
  const at = path('spec');
  return [
    ...nonNegative(at.child('replicas'), spec?.replicas),
    ...nonNegative(at.child('minReadySeconds'), spec?.minReadySeconds),
    ...validateSelectorAndTemplate(at, spec?.selector, spec?.template, 'replicaset'),
  ];
}

/** Comes on top of {@link validateReplicaSet}. */
export function validateReplicaSetUpdate(set: ReplicaSetLike, old: ReplicaSetLike): FieldError[] {
  return selectorUnchanged(set.spec?.selector, old.spec?.selector);
}

export function validateReplicaSetStatusUpdate({ status }: ReplicaSetLike): FieldError[] {
  return validateReplicaCounts(status ?? {}, [
    'replicas',
    'fullyLabeledReplicas',
    'readyReplicas',
    'availableReplicas',
    'terminatingReplicas',
    'observedGeneration',
  ]);
}

/** The selector of apps/v1 kinds is fixed: their pods are found by it. */
export function selectorUnchanged(selector: ILabelSelector | undefined, old: ILabelSelector | undefined): FieldError[] {
  return semanticEqual(selector, old) ? [] : [invalid(path('spec').child('selector'), selector, IMMUTABLE)];
}

/**
 * The selector must be given, not be empty and match the template, whose pods must be restarted always. `kind` is in
 * lower case, as messages have it.
 */
export function validateSelectorAndTemplate(
  at: FieldPath,
  selector: ILabelSelector | undefined,
  template: IPodTemplateSpec | undefined,
  kind: 'deployment' | 'replicaset',
): FieldError[] {
  const errors = validateSelector(at.child('selector'), selector, kind);
  if (template === undefined) return [...errors, required(at.child('template'))];
  if (errors.length === 0 && !selectorMatches(selector as LabelSelector, template.metadata?.labels ?? {})) {
    const labels = at.child('template', 'metadata', 'labels');
    errors.push(invalid(labels, template.metadata?.labels, '`selector` does not match template `labels`'));
  }
  errors.push(...validatePodTemplateSpec(template, at.child('template')));
  const { restartPolicy, activeDeadlineSeconds } = template.spec ?? {};
  const spec = at.child('template', 'spec');
  if (restartPolicy !== 'Always') {
    errors.push(notSupported(spec.child('restartPolicy'), restartPolicy ?? '', ['Always']));
  }
  if (activeDeadlineSeconds !== undefined) {
    const detail = 'activeDeadlineSeconds in ReplicaSet is not Supported';
    errors.push(forbidden(spec.child('activeDeadlineSeconds'), detail));
  }
  return errors;
}

function validateSelector(at: FieldPath, selector: ILabelSelector | undefined, kind: string): FieldError[] {
  if (selector === undefined) return [required(at)];
  const errors = validateLabelSelector(selector as LabelSelector, at);
  const { matchLabels = {}, matchExpressions = [] } = selector;
  if (Object.keys(matchLabels).length === 0 && matchExpressions.length === 0) {
    errors.push(invalid(at, selector, `empty selector is invalid for ${kind}`));
  }
  return errors;
}

interface Counts {
  replicas?: number;
  fullyLabeledReplicas?: number;
  updatedReplicas?: number;
  readyReplicas?: number;
  availableReplicas?: number;
  unavailableReplicas?: number;
  terminatingReplicas?: number;
  observedGeneration?: number;
  collisionCount?: number;
}

/** None of `names` is negative, and no part is more than the whole. */
export function validateReplicaCounts(status: Counts, names: readonly (keyof Counts)[]): FieldError[] {
  const at = path('status');
  const { replicas = 0, readyReplicas = 0, availableReplicas = 0 } = status;
  const errors = names.flatMap((name) => nonNegative(at.child(name), status[name]));
  for (const name of ['fullyLabeledReplicas', 'updatedReplicas', 'readyReplicas', 'availableReplicas'] as const) {
    const count = status[name] ?? 0;
    if (count > replicas) errors.push(invalid(at.child(name), count, 'cannot be greater than status.replicas'));
  }
  if (availableReplicas > readyReplicas) {
    errors.push(invalid(at.child('availableReplicas'), availableReplicas, 'cannot be greater than readyReplicas'));
  }
  return errors;
}
