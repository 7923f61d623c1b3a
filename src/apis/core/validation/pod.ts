import type { IPodSpec } from 'kubernetes-models/v1/PodSpec';
import type { IPodTemplateSpec } from 'kubernetes-models/v1/PodTemplateSpec';
import { type FieldError, type FieldPath, forbidden, path } from '../../../meta/field-error.ts';
import type { ObjectMeta } from '../../../meta/object.ts';
import { validateAnnotations, validateLabels } from '../../../meta/object-meta.ts';
import { validateImageSpace } from './container.ts';
import { validatePodAnnotations, validateProfilesMatch } from './pod-annotations.ts';
import { validatePodSpec } from './pod-spec.ts';

/** A pod as the API holds it, as far as validation needs it. */
export interface PodLike {
  metadata: ObjectMeta;
  spec?: IPodSpec;
}

const EMPTY_SPEC: IPodSpec = { containers: [] };

/** What holds for every pod, on creation and on every update. */
export function validatePod({ metadata, spec = EMPTY_SPEC }: PodLike): FieldError[] {
  const at = path('spec');
  const errors = [
    ...validatePodAnnotations(path('metadata').child('annotations'), metadata.annotations, spec),
    ...validatePodSpec(at, spec, { podName: metadata.name, inPod: true }),
  ];
  if (!spec.serviceAccountName) errors.push(...forbidTokens(at, spec));
  for (const list of ['containers', 'initContainers'] as const) {
    errors.push(
      ...(spec[list] ?? []).flatMap(({ image }, index) => validateImageSpace(at.child(list).index(index), image)),
    );
  }
  return errors;
}

/** What is refused only while a pod is being created; comes on top of {@link validatePod}. */
export function validatePodCreate({ metadata, spec = EMPTY_SPEC }: PodLike): FieldError[] {
  const at = path('spec');
  const errors: FieldError[] = [];
  if ((spec.ephemeralContainers ?? []).length > 0) {
    errors.push(forbidden(at.child('ephemeralContainers'), 'cannot be set on create'));
  }
  if (spec.nodeName && (spec.schedulingGates ?? []).length > 0) {
    errors.push(forbidden(at.child('nodeName'), 'cannot be set until all schedulingGates have been cleared'));
  }
  return [...errors, ...validateProfilesMatch(at, metadata.annotations, spec)];
}

function forbidTokens(at: FieldPath, spec: IPodSpec): FieldError[] {
  return (spec.volumes ?? []).flatMap(({ projected }, index) =>
    (projected?.sources ?? []).flatMap(({ serviceAccountToken }, sourceIndex) => {
      if (serviceAccountToken === undefined) return [];
      const source = at.child('volumes').index(index).child('projected', 'sources').index(sourceIndex);
      const detail = 'must not be specified when serviceAccountName is not set';
      return [forbidden(source.child('serviceAccountToken'), detail)];
    }),
  );
}

/** The template of a controller's pods; `at` is its path, usually `spec.template`. */
export function validatePodTemplateSpec(template: IPodTemplateSpec, at: FieldPath): FieldError[] {
  const { labels = {}, annotations = {} } = template.metadata ?? {};
  const { spec = EMPTY_SPEC } = template;
  const errors = [
    ...validateLabels(labels, at.child('labels')),
    ...validateAnnotations(annotations, at.child('annotations')),
    ...validatePodAnnotations(at.child('annotations'), annotations, spec),
    ...validatePodSpec(at.child('spec'), spec, { inPod: false }),
    ...validateProfilesMatch(at.child('spec'), annotations, spec),
  ];
  if ((spec.ephemeralContainers ?? []).length > 0) {
    const detail = 'ephemeral containers not allowed in pod template';
    errors.push(forbidden(at.child('spec', 'ephemeralContainers'), detail));
  }
  return errors;
}
