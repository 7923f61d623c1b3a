/** The selector and the pod template of kinds whose pods run forever. */
import type { ILabelSelector } from '@kubernetes-models/apimachinery/apis/meta/v1/LabelSelector';
import type { IPodTemplateSpec } from 'kubernetes-models/v1/PodTemplateSpec';
import {
  type FieldError,
  type FieldPath,
  forbidden,
  invalid,
  notSupported,
  required,
} from '../../../meta/field-error.ts';
import { validateLabelSelector } from '../../../meta/label-selector-validation.ts';
import { type LabelSelector, selectorMatches } from '../../../meta/selectors.ts';
import { validatePodTemplateSpec } from '../../core/validation/pod.ts';

/** The selector must be given, not be empty and match the template, whose pods must be restarted always. */
export function validateSelectorAndTemplate(
  at: FieldPath,
  selector: ILabelSelector | undefined,
  template: IPodTemplateSpec | undefined,
  kind: 'Deployment' | 'ReplicaSet' | 'StatefulSet' | 'DaemonSet',
): FieldError[] {
  const errors = validateSelector(at.child('selector'), selector, kind);
  if (template === undefined) return [...errors, required(at.child('template'))];
  const inTemplate = at.child('template');
  if (errors.length === 0 && !selectorMatches(selector as LabelSelector, template.metadata?.labels ?? {})) {
    errors.push(unmatchedTemplate(inTemplate, template));
  }
  // Deployments make ReplicaSets, and upstream's messages about their templates speak of those.
  const inMessages = kind === 'Deployment' ? 'ReplicaSet' : kind;
  errors.push(...validatePodTemplateSpec(template, inTemplate), ...validateEndless(inTemplate, template, inMessages));
  return errors;
}

export function unmatchedTemplate(at: FieldPath, template: IPodTemplateSpec): FieldError {
  const { labels } = template.metadata ?? {};
  return invalid(at.child('metadata', 'labels'), labels, '`selector` does not match template `labels`');
}

/** Pods of such a template are restarted always, and have no end. `kind` as messages have it. */
export function validateEndless(at: FieldPath, { spec }: IPodTemplateSpec, kind: string): FieldError[] {
  const errors: FieldError[] = [];
  const { restartPolicy, activeDeadlineSeconds } = spec ?? {};
  const inSpec = at.child('spec');
  if (restartPolicy !== 'Always') {
    errors.push(notSupported(inSpec.child('restartPolicy'), restartPolicy ?? '', ['Always']));
  }
  if (activeDeadlineSeconds !== undefined) {
    const detail = `activeDeadlineSeconds in ${kind} is not Supported`;
    errors.push(forbidden(inSpec.child('activeDeadlineSeconds'), detail));
  }
  return errors;
}

function validateSelector(at: FieldPath, selector: ILabelSelector | undefined, kind: string): FieldError[] {
  if (selector === undefined) return [required(at)];
  const errors = validateLabelSelector(selector as LabelSelector, at);
  const { matchLabels = {}, matchExpressions = [] } = selector;
  if (Object.keys(matchLabels).length === 0 && matchExpressions.length === 0) {
    errors.push(invalid(at, selector, `empty selector is invalid for ${kind.toLowerCase()}`));
  }
  return errors;
}
