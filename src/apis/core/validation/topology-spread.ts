/** Topology spread constraints. */
import type { ITopologySpreadConstraint } from 'kubernetes-models/v1/TopologySpreadConstraint';
import { duplicate, type FieldError, type FieldPath, forbidden, invalid, required } from '../../../meta/field-error.ts';
import { validateLabelSelector } from '../../../meta/label-selector-validation.ts';
import { validateMergedKeys } from './affinity.ts';
import { NOT_POSITIVE, optionalOneOf, qualifiedName } from './checks.ts';

const ACTIONS = ['DoNotSchedule', 'ScheduleAnyway'];
const POLICIES = ['Honor', 'Ignore'];

function identityOf({ topologyKey, whenUnsatisfiable }: ITopologySpreadConstraint): string {
  return JSON.stringify([topologyKey, whenUnsatisfiable]);
}

/** `inPod` is false in templates, whose label keys are not merged into their selectors. */
export function validateTopologySpread(
  at: FieldPath,
  constraints: readonly ITopologySpreadConstraint[],
  { inPod }: { inPod: boolean },
): FieldError[] {
  // The last of those that are the same is the one to keep.
  const last = new Map(constraints.map((constraint, index) => [identityOf(constraint), index]));
  return constraints.flatMap((constraint, index) => {
    const entry = at.index(index);
    const { maxSkew = 0, topologyKey, whenUnsatisfiable } = constraint;
    const errors: FieldError[] = [];
    if (maxSkew <= 0) errors.push(invalid(entry.child('maxSkew'), maxSkew, NOT_POSITIVE));
    if (!topologyKey) errors.push(required(entry.child('topologyKey'), 'can not be empty'));
    errors.push(...optionalOneOf(entry.child('whenUnsatisfiable'), whenUnsatisfiable ?? '', ACTIONS));
    if (last.get(identityOf(constraint)) !== index) {
      const pair = `{${topologyKey}, ${whenUnsatisfiable}}`;
      errors.push(duplicate(entry.child('{topologyKey, whenUnsatisfiable}'), pair));
    }
    return [
      ...errors,
      ...validateMinDomains(entry.child('minDomains'), constraint),
      ...optionalOneOf(entry.child('nodeAffinityPolicy'), constraint.nodeAffinityPolicy, POLICIES),
      ...optionalOneOf(entry.child('nodeTaintsPolicy'), constraint.nodeTaintsPolicy, POLICIES),
      ...validateMatchLabelKeys(entry.child('matchLabelKeys'), constraint, inPod),
      ...validateLabelSelector(constraint.labelSelector, entry.child('labelSelector')),
    ];
  });
}

function validateMinDomains(at: FieldPath, { minDomains, whenUnsatisfiable }: ITopologySpreadConstraint): FieldError[] {
  if (minDomains === undefined) return [];
  const errors = minDomains <= 0 ? [invalid(at, minDomains, NOT_POSITIVE)] : [];
  if (whenUnsatisfiable !== 'DoNotSchedule') {
    const detail = `can only use minDomains if whenUnsatisfiable=DoNotSchedule, not ${whenUnsatisfiable ?? ''}`;
    errors.push(invalid(at, minDomains, detail));
  }
  return errors;
}

function validateMatchLabelKeys(at: FieldPath, constraint: ITopologySpreadConstraint, inPod: boolean): FieldError[] {
  const { matchLabelKeys = [], labelSelector } = constraint;
  if (matchLabelKeys.length === 0) return [];
  const errors = matchLabelKeys.flatMap((key, index) => qualifiedName(at.index(index), key));
  if (labelSelector === undefined) {
    return [forbidden(at, 'must not be specified when labelSelector is not set'), ...errors];
  }
  if (inPod) return [...errors, ...validateMergedKeys(at, constraint)];
  const selected = new Set([
    ...Object.keys(labelSelector.matchLabels ?? {}),
    ...(labelSelector.matchExpressions ?? []).map(({ key }) => key),
  ]);
  for (const [index, key] of matchLabelKeys.entries()) {
    if (selected.has(key)) {
      errors.push(invalid(at.index(index), key, 'exists in both matchLabelKeys and labelSelector'));
    }
  }
  return errors;
}
