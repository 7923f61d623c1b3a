/** ReplicationControllers. */
import type { IReplicationController } from 'kubernetes-models/v1/ReplicationController';
import { type FieldError, forbidden, invalid, notSupported, path, required } from '../../../meta/field-error.ts';
import { mapSelectorMatches } from '../../../meta/selectors.ts';
import { nonNegative } from './checks.ts';
import { validatePodTemplateSpec } from './pod.ts';

type ControllerLike = Pick<IReplicationController, 'spec' | 'status'>;

export function validateReplicationController({ spec = {} }: ControllerLike): FieldError[] {
  const at = path('spec');
  const { selector = {}, template } = spec;
  const empty = Object.keys(selector).length === 0;
  const errors = [
    ...nonNegative(at.child('minReadySeconds'), spec.minReadySeconds),
    ...(empty ? [required(at.child('selector'))] : []),
    ...nonNegative(at.child('replicas'), spec.replicas),
  ];
  const inTemplate = at.child('template');
  if (template === undefined) return [...errors, required(inTemplate)];
  const { labels } = template.metadata ?? {};
  if (!empty && !mapSelectorMatches(selector, labels)) {
    const detail = '`selector` does not match template `labels`';
    errors.push(invalid(inTemplate.child('metadata', 'labels'), labels, detail));
  }
  errors.push(...validatePodTemplateSpec(template, inTemplate));
  const { restartPolicy, activeDeadlineSeconds } = template.spec ?? {};
  if (restartPolicy !== 'Always') {
    errors.push(notSupported(inTemplate.child('spec', 'restartPolicy'), restartPolicy ?? '', ['Always']));
  }
  if (activeDeadlineSeconds !== undefined) {
    const detail = 'activeDeadlineSeconds in ReplicationController is not Supported';
    errors.push(forbidden(inTemplate.child('spec', 'activeDeadlineSeconds'), detail));
  }
  return errors;
}

const COUNTS = ['replicas', 'fullyLabeledReplicas', 'readyReplicas', 'availableReplicas'] as const;

export function validateReplicationControllerStatusUpdate({ status }: ControllerLike): FieldError[] {
  const at = path('status');
  const { replicas = 0, readyReplicas = 0, availableReplicas = 0 } = status ?? {};
  const errors = [...COUNTS, 'observedGeneration' as const].flatMap((name) =>
    nonNegative(at.child(name), status?.[name]),
  );
  for (const name of COUNTS.slice(1)) {
    const count = status?.[name] ?? 0;
    if (count > replicas) errors.push(invalid(at.child(name), count, 'cannot be greater than status.replicas'));
  }
  if (availableReplicas > readyReplicas) {
    errors.push(invalid(at.child('availableReplicas'), availableReplicas, 'cannot be greater than readyReplicas'));
  }
  return errors;
}
