/** Node affinity, pod affinity and anti-affinity. */
import type { IAffinity } from 'kubernetes-models/v1/Affinity';
import type { INodeAffinity } from 'kubernetes-models/v1/NodeAffinity';
import type { INodeSelector } from 'kubernetes-models/v1/NodeSelector';
import type { INodeSelectorRequirement } from 'kubernetes-models/v1/NodeSelectorRequirement';
import type { INodeSelectorTerm } from 'kubernetes-models/v1/NodeSelectorTerm';
import type { IPodAffinity } from 'kubernetes-models/v1/PodAffinity';
import type { IPodAffinityTerm } from 'kubernetes-models/v1/PodAffinityTerm';
import { type FieldError, type FieldPath, forbidden, invalid, required } from '../../../meta/field-error.ts';
import { validateLabelSelector } from '../../../meta/label-selector-validation.ts';
import { nameIsDnsLabel, validateDns1123Subdomain, validateLabelValue } from '../../../meta/names.ts';
import { invalidEach, qualifiedName } from './checks.ts';

const REQUIRED = 'requiredDuringSchedulingIgnoredDuringExecution';
const PREFERRED = 'preferredDuringSchedulingIgnoredDuringExecution';

export function validateAffinity(at: FieldPath, affinity: IAffinity | undefined): FieldError[] {
  if (affinity === undefined) return [];
  const { nodeAffinity, podAffinity, podAntiAffinity } = affinity;
  return [
    ...(nodeAffinity ? validateNodeAffinity(at.child('nodeAffinity'), nodeAffinity) : []),
    ...(podAffinity ? validatePodAffinity(at.child('podAffinity'), podAffinity) : []),
    ...(podAntiAffinity ? validatePodAffinity(at.child('podAntiAffinity'), podAntiAffinity) : []),
  ];
}

function validateNodeAffinity(at: FieldPath, affinity: INodeAffinity): FieldError[] {
  const hard = affinity[REQUIRED];
  const errors = hard ? validateNodeSelector(at.child(REQUIRED), hard) : [];
  for (const [index, { weight, preference }] of (affinity[PREFERRED] ?? []).entries()) {
    const entry = at.child(PREFERRED).index(index);
    errors.push(...validateWeight(entry.child('weight'), weight));
    // Invalid label values are let through in preferences, as upstream always has.
    errors.push(...validateNodeSelectorTerm(entry.child('preference'), preference, { values: false }));
  }
  return errors;
}

function validateWeight(at: FieldPath, weight = 0): FieldError[] {
  return weight <= 0 || weight > 100 ? [invalid(at, weight, 'must be in the range 1-100')] : [];
}

function validateNodeSelector(at: FieldPath, { nodeSelectorTerms = [] }: INodeSelector): FieldError[] {
  const terms = at.child('nodeSelectorTerms');
  if (nodeSelectorTerms.length === 0) return [required(terms, 'must have at least one node selector term')];
  return nodeSelectorTerms.flatMap((term, index) =>
    validateNodeSelectorTerm(terms.index(index), term, { values: true }),
  );
}

function validateNodeSelectorTerm(
  at: FieldPath,
  { matchExpressions = [], matchFields = [] }: INodeSelectorTerm,
  { values }: { values: boolean },
): FieldError[] {
  return [
    ...matchExpressions.flatMap((requirement, index) =>
      validateExpression(at.child('matchExpressions').index(index), requirement, values),
    ),
    ...matchFields.flatMap((requirement, index) => validateField(at.child('matchFields').index(index), requirement)),
  ];
}

function validateExpression(
  at: FieldPath,
  { key, operator, values = [] }: INodeSelectorRequirement,
  checkValues: boolean,
): FieldError[] {
  const errors: FieldError[] = [];
  switch (operator) {
    case 'In':
    case 'NotIn':
      if (values.length === 0) {
        errors.push(required(at.child('values'), "must be specified when `operator` is 'In' or 'NotIn'"));
      }
      break;
    case 'Exists':
    case 'DoesNotExist':
      if (values.length > 0) {
        const detail = "may not be specified when `operator` is 'Exists' or 'DoesNotExist'";
        errors.push(forbidden(at.child('values'), detail));
      }
      break;
    case 'Gt':
    case 'Lt':
      if (values.length !== 1) {
        errors.push(required(at.child('values'), "must be specified single value when `operator` is 'Lt' or 'Gt'"));
      }
      break;
    default:
      errors.push(invalid(at.child('operator'), operator ?? '', 'not a valid selector operator'));
  }
  errors.push(...qualifiedName(at.child('key'), key));
  if (!checkValues) return errors;
  return [
    ...errors,
    ...values.flatMap((value, index) => invalidEach(at.child('values').index(index), value, validateLabelValue)),
  ];
}

function validateField(at: FieldPath, { key, operator, values = [] }: INodeSelectorRequirement): FieldError[] {
  const errors: FieldError[] = [];
  if (operator !== 'In' && operator !== 'NotIn') {
    errors.push(invalid(at.child('operator'), operator ?? '', 'not a valid selector operator'));
  } else if (values.length !== 1) {
    const detail = "must be only one value when `operator` is 'In' or 'NotIn' for node field selector";
    errors.push(required(at.child('values'), detail));
  }
  if (key !== 'metadata.name') return [...errors, invalid(at.child('key'), key, 'not a valid field selector key')];
  return [
    ...errors,
    ...values.flatMap((value, index) => invalidEach(at.child('values').index(index), value, validateDns1123Subdomain)),
  ];
}

function validatePodAffinity(at: FieldPath, affinity: IPodAffinity): FieldError[] {
  return [
    ...(affinity[REQUIRED] ?? []).flatMap((term, index) =>
      validatePodAffinityTerm(at.child(REQUIRED).index(index), term),
    ),
    ...(affinity[PREFERRED] ?? []).flatMap(({ weight, podAffinityTerm }, index) => {
      const entry = at.child(PREFERRED).index(index);
      return [
        ...validateWeight(entry.child('weight'), weight),
        ...validatePodAffinityTerm(entry.child('podAffinityTerm'), podAffinityTerm),
      ];
    }),
  ];
}

function validatePodAffinityTerm(at: FieldPath, term: IPodAffinityTerm): FieldError[] {
  const errors = [
    ...validateLabelSelector(term.labelSelector, at.child('labelSelector')),
    ...validateLabelSelector(term.namespaceSelector, at.child('namespaceSelector')),
  ];
  for (const name of term.namespaces ?? []) {
    errors.push(...invalidEach(at.child('namespace'), name, () => nameIsDnsLabel(name, false)));
  }
  errors.push(...validateLabelKeys(at, term));
  if (!term.topologyKey) errors.push(required(at.child('topologyKey'), 'can not be empty'));
  return [...errors, ...qualifiedName(at.child('topologyKey'), term.topologyKey ?? '')];
}

function validateLabelKeys(at: FieldPath, term: IPodAffinityTerm): FieldError[] {
  const { matchLabelKeys = [], mismatchLabelKeys = [], labelSelector } = term;
  const errors: FieldError[] = [];
  for (const [name, keys] of Object.entries({ matchLabelKeys, mismatchLabelKeys })) {
    if (keys.length > 0 && labelSelector === undefined) {
      errors.push(forbidden(at.child(name), 'must not be specified when labelSelector is not set'));
    } else {
      errors.push(...keys.flatMap((key, index) => qualifiedName(at.child(name).index(index), key)));
    }
  }
  errors.push(...validateMergedKeys(at, term));
  const mismatched = new Set(mismatchLabelKeys);
  for (const [index, key] of matchLabelKeys.entries()) {
    if (mismatched.has(key)) {
      const entry = at.child('matchLabelKeys').index(index);
      errors.push(invalid(entry, key, 'exists in both matchLabelKeys and mismatchLabelKeys'));
    }
  }
  return errors;
}

/**
 * When a pod is created each of its matchLabelKeys adds one expression to the selector, so a key that occurs once more was
 * given in both places. `at` is what the faulty key's index is shown under.
 */
export function validateMergedKeys(
  at: FieldPath,
  { matchLabelKeys = [], labelSelector }: Pick<IPodAffinityTerm, 'matchLabelKeys' | 'labelSelector'>,
): FieldError[] {
  const seen = new Set(Object.keys(labelSelector?.matchLabels ?? {}));
  const errors: FieldError[] = [];
  for (const { key } of labelSelector?.matchExpressions ?? []) {
    const index = matchLabelKeys.lastIndexOf(key);
    if (index >= 0 && seen.has(key)) {
      errors.push(invalid(at.index(index), key, 'exists in both matchLabelKeys and labelSelector'));
    }
    seen.add(key);
  }
  return errors;
}
