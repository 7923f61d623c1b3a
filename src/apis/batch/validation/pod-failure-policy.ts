/** Which failures of pods count, and how (spec.podFailurePolicy). */
import type { IJobSpec } from 'kubernetes-models/batch/v1/JobSpec';
import type { IPodFailurePolicyOnExitCodesRequirement } from 'kubernetes-models/batch/v1/PodFailurePolicyOnExitCodesRequirement';
import type { IPodFailurePolicyRule } from 'kubernetes-models/batch/v1/PodFailurePolicyRule';
import {
  duplicate,
  type FieldError,
  type FieldPath,
  invalid,
  invalidWhole,
  notSupported,
  required,
  tooMany,
} from '../../../meta/field-error.ts';
import { qualifiedName } from '../../core/validation/checks.ts';

const MAX_RULES = 20;
const MAX_EXIT_CODES = 255;
const MAX_PATTERNS = 20;
const ACTIONS = ['Count', 'FailIndex', 'FailJob', 'Ignore'];

export function validatePodFailurePolicy(at: FieldPath, spec: Partial<IJobSpec>): FieldError[] {
  const { containers = [], initContainers = [] } = spec.template?.spec ?? {};
  const names = new Set([...containers, ...initContainers].map(({ name }) => name));
  const rules = spec.podFailurePolicy?.rules ?? [];
  const path = at.child('rules');
  return [
    ...(rules.length > MAX_RULES ? [tooMany(path, rules.length, MAX_RULES)] : []),
    ...rules.flatMap((rule, index) => validateRule(path.index(index), rule, spec, names)),
  ];
}

function validateRule(
  at: FieldPath,
  { action, onExitCodes, onPodConditions = [] }: IPodFailurePolicyRule,
  { backoffLimitPerIndex }: Partial<IJobSpec>,
  names: ReadonlySet<string>,
): FieldError[] {
  const errors = validateChoice(at.child('action'), action, ACTIONS);
  if (action === 'FailIndex' && backoffLimitPerIndex === undefined) {
    errors.push(invalid(at.child('action'), action, 'requires the backoffLimitPerIndex to be set'));
  }
  const conditions = at.child('onPodConditions');
  if (onExitCodes !== undefined) errors.push(...validateExitCodes(at.child('onExitCodes'), onExitCodes, names));
  if (onPodConditions.length > MAX_PATTERNS) errors.push(tooMany(conditions, onPodConditions.length, MAX_PATTERNS));
  for (const [index, { type, status }] of onPodConditions.entries()) {
    const entry = conditions.index(index);
    errors.push(...qualifiedName(entry.child('type'), type));
    errors.push(...validateChoice(entry.child('status'), status, ['False', 'True', 'Unknown']));
  }
  if (onExitCodes !== undefined && onPodConditions.length > 0) {
    errors.push(invalidWhole(at, 'specifying both OnExitCodes and OnPodConditions is not supported'));
  }
  if (onExitCodes === undefined && onPodConditions.length === 0) {
    errors.push(invalidWhole(at, 'specifying one of OnExitCodes and OnPodConditions is required'));
  }
  return errors;
}

/** As Go prints a list of strings with %q. */
function validateChoice(at: FieldPath, value: string | undefined, choices: readonly string[]): FieldError[] {
  if (!value) return [required(at, `valid values: [${choices.map((each) => JSON.stringify(each)).join(' ')}]`)];
  return choices.includes(value) ? [] : [notSupported(at, value, choices)];
}

function validateExitCodes(
  at: FieldPath,
  { containerName, operator, values }: IPodFailurePolicyOnExitCodesRequirement,
  names: ReadonlySet<string>,
): FieldError[] {
  const errors = validateChoice(at.child('operator'), operator, ['In', 'NotIn']);
  if (containerName !== undefined && !names.has(containerName)) {
    const detail = 'must be one of the container or initContainer names in the pod template';
    errors.push(invalid(at.child('containerName'), containerName, detail));
  }
  const path = at.child('values');
  if ((values ?? []).length === 0) return [...errors, invalid(path, values ?? [], 'at least one value is required')];
  if (values.length > MAX_EXIT_CODES) errors.push(tooMany(path, values.length, MAX_EXIT_CODES));
  const seen = new Set<number>();
  for (const [index, value] of values.entries()) {
    const entry = path.index(index);
    if (operator === 'In' && value === 0) errors.push(invalid(entry, value, 'must not be 0 for the In operator'));
    if (seen.has(value)) errors.push(duplicate(entry, value));
    seen.add(value);
  }
  if (values.some((value, index) => index > 0 && values[index - 1]! > value)) {
    errors.push(invalid(path, values, 'must be ordered'));
  }
  return errors;
}
