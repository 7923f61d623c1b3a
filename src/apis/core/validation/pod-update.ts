/** Which changes of a pod's spec are allowed once it exists. */
import type { IContainer } from 'kubernetes-models/v1/Container';
import type { INodeAffinity } from 'kubernetes-models/v1/NodeAffinity';
import type { INodeSelectorTerm } from 'kubernetes-models/v1/NodeSelectorTerm';
import type { IPodSchedulingGate } from 'kubernetes-models/v1/PodSchedulingGate';
import type { IPodSpec } from 'kubernetes-models/v1/PodSpec';
import type { IToleration } from 'kubernetes-models/v1/Toleration';
import { semanticEqual } from '../../../meta/equal.ts';
import { type FieldError, type FieldPath, forbidden, invalid, path } from '../../../meta/field-error.ts';
import { own } from '../../../meta/own.ts';
import type { PodLike } from './pod.ts';
import { validatePodAnnotationUpdate } from './pod-annotations.ts';

const REQUIRED = 'requiredDuringSchedulingIgnoredDuringExecution';

const UPDATABLE = [
  '`spec.containers[*].image`',
  '`spec.initContainers[*].image`',
  '`spec.activeDeadlineSeconds`',
  '`spec.tolerations` (only additions to existing tolerations)',
  '`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)',
];

/** Comes on top of validatePod, which the new pod passes too. Upstream ends the last message with a Go diff; this does not. */
export function validatePodUpdate(pod: PodLike, old: PodLike): FieldError[] {
  const at = path('spec');
  const spec = pod.spec ?? { containers: [] };
  const oldSpec = old.spec ?? { containers: [] };
  const errors = validatePodAnnotationUpdate(
    path('metadata').child('annotations'),
    pod.metadata.annotations,
    old.metadata.annotations,
  );
  for (const list of ['containers', 'initContainers'] as const) {
    if ((spec[list] ?? []).length === (oldSpec[list] ?? []).length) continue;
    return [...errors, forbidden(at.child(list), 'pod updates may not add or remove containers')];
  }
  const deadline = validateDeadline(at.child('activeDeadlineSeconds'), spec, oldSpec);
  errors.push(...deadline.errors);
  if (deadline.stop) return errors;
  errors.push(
    ...validateTolerationsUpdate(at.child('tolerations'), spec.tolerations, oldSpec.tolerations),
    ...validateSchedulingGatesUpdate(at.child('schedulingGates'), spec.schedulingGates, oldSpec.schedulingGates),
  );
  if (semanticEqual(spec, oldSpec)) return errors;

  const masked = maskUpdatable(spec, oldSpec);
  if ((oldSpec.schedulingGates ?? []).length > 0) errors.push(...maskTightening(at, masked, oldSpec));
  if (!semanticEqual(masked, oldSpec)) {
    errors.push(forbidden(at, `pod updates may not change fields other than ${UPDATABLE.join(',')}`));
  }
  return errors;
}

/** It may be set, and lowered; never raised or removed. */
function validateDeadline(at: FieldPath, spec: IPodSpec, old: IPodSpec): { errors: FieldError[]; stop: boolean } {
  const { activeDeadlineSeconds: seconds } = spec;
  const { activeDeadlineSeconds: before } = old;
  if (seconds === undefined) {
    if (before === undefined) return { errors: [], stop: false };
    const detail = 'must not update from a positive integer to nil value';
    return { errors: [invalid(at, seconds, detail)], stop: false };
  }
  if (seconds < 0 || seconds > 2 ** 31 - 1) {
    return { errors: [invalid(at, seconds, 'must be between 0 and 2147483647, inclusive')], stop: true };
  }
  if (before !== undefined && before < seconds) {
    return { errors: [invalid(at, seconds, 'must be less than or equal to previous value')], stop: true };
  }
  return { errors: [], stop: false };
}

function validateTolerationsUpdate(
  at: FieldPath,
  tolerations: readonly IToleration[] = [],
  old: readonly IToleration[] = [],
): FieldError[] {
  const present = new Set(tolerations.map(withoutSeconds));
  const kept = old.every((each) => present.has(withoutSeconds(each)));
  return kept ? [] : [forbidden(at, 'existing toleration can not be modified except its tolerationSeconds')];
}

/** Equal texts are equal tolerations but for their seconds; absent and empty are the same. */
function withoutSeconds({ key, operator, value, effect }: IToleration): string {
  return JSON.stringify([key || '', operator || '', value || '', effect || '']);
}

function validateSchedulingGatesUpdate(
  at: FieldPath,
  gates: readonly IPodSchedulingGate[] = [],
  old: readonly IPodSchedulingGate[] = [],
): FieldError[] {
  const known = new Set(old.map(({ name }) => name));
  return gates.flatMap(({ name }, index) => {
    if (known.has(name)) return [];
    const detail = `only deletion is allowed, but found new scheduling gate '${name}'`;
    return [forbidden(at.index(index).child('name'), detail)];
  });
}

/** The new spec with everything that may change, and was checked before, set back to the old. */
function maskUpdatable(spec: IPodSpec, old: IPodSpec): IPodSpec {
  const oldImages = (containers: readonly IContainer[] = [], before: readonly IContainer[] = []) =>
    containers.map((container, index) => ({ ...container, image: before[index]?.image }));
  const { terminationGracePeriodSeconds: grace } = spec;
  const shortened = grace === 1 && (old.terminationGracePeriodSeconds ?? 0) < 0;
  return {
    ...spec,
    containers: oldImages(spec.containers, old.containers),
    initContainers: oldImages(spec.initContainers, old.initContainers),
    activeDeadlineSeconds: old.activeDeadlineSeconds,
    schedulingGates: old.schedulingGates,
    tolerations: old.tolerations,
    terminationGracePeriodSeconds: shortened ? old.terminationGracePeriodSeconds : grace,
  };
}

/** While a pod is gated, its nodeSelector and required node affinity may be tightened. */
function maskTightening(at: FieldPath, masked: IPodSpec, old: IPodSpec): FieldError[] {
  const errors: FieldError[] = [];
  const { nodeSelector = {} } = masked;
  if (Object.entries(old.nodeSelector ?? {}).some(([key, value]) => own(nodeSelector, key) !== value)) {
    const detail = 'only additions to spec.nodeSelector are allowed (no mutations or deletions)';
    errors.push(invalid(at.child('nodeSelector'), nodeSelector, detail));
  }
  masked.nodeSelector = old.nodeSelector;

  const affinity = masked.affinity?.nodeAffinity;
  const oldAffinity = old.affinity?.nodeAffinity;
  if (semanticEqual(affinity, oldAffinity)) return errors;
  errors.push(...validateNodeAffinityTightened(at.child('affinity', 'nodeAffinity'), affinity, oldAffinity));
  const { nodeAffinity: _, ...others } = masked.affinity ?? {};
  masked.affinity = oldAffinity === undefined ? others : { ...others, nodeAffinity: oldAffinity };
  return errors;
}

function validateNodeAffinityTightened(
  at: FieldPath,
  affinity: INodeAffinity | undefined,
  old: INodeAffinity | undefined,
): FieldError[] {
  const oldTerms = old?.[REQUIRED]?.nodeSelectorTerms ?? [];
  const terms = affinity?.[REQUIRED]?.nodeSelectorTerms ?? [];
  const list = at.child(REQUIRED, 'nodeSelectorTerms');
  if (oldTerms.length === 0) return [];
  if (oldTerms.length !== terms.length) {
    const detail = 'no additions/deletions to non-empty NodeSelectorTerms list are allowed';
    return [invalid(list, terms, detail)];
  }
  return oldTerms.flatMap((term, index) => {
    const changed = terms[index] ?? {};
    if (hasOnlyAdditions(changed, term)) return [];
    return [invalid(list.index(index), changed, 'only additions are allowed (no mutations or deletions)')];
  });
}

function hasOnlyAdditions(term: INodeSelectorTerm, old: INodeSelectorTerm): boolean {
  const lists = ['matchExpressions', 'matchFields'] as const;
  // An empty term matches nothing, so any requirement would loosen it.
  if (lists.every((list) => (old[list] ?? []).length === 0)) {
    return lists.every((list) => (term[list] ?? []).length === 0);
  }
  return lists.every((list) => semanticEqual((term[list] ?? []).slice(0, old[list]?.length ?? 0), old[list]));
}
