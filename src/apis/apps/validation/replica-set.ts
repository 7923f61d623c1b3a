/** ReplicaSets, and what the statuses of kinds with replicas have in common. */
import type { ILabelSelector } from '@kubernetes-models/apimachinery/apis/meta/v1/LabelSelector';
import type { IReplicaSet } from 'kubernetes-models/apps/v1/ReplicaSet';
import { semanticEqual } from '../../../meta/equal.ts';
import { type FieldError, invalid, path } from '../../../meta/field-error.ts';
import { IMMUTABLE, nonNegative } from '../../core/validation/checks.ts';
import { validateSelectorAndTemplate } from './selector-and-template.ts';

type ReplicaSetLike = Pick<IReplicaSet, 'spec' | 'status'>;

export function validateReplicaSet({ spec }: ReplicaSetLike): FieldError[] {
  const at = path('spec');
  return [
    ...nonNegative(at.child('replicas'), spec?.replicas),
    ...nonNegative(at.child('minReadySeconds'), spec?.minReadySeconds),
    ...validateSelectorAndTemplate(at, spec?.selector, spec?.template, 'ReplicaSet'),
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
