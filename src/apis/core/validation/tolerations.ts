/** Tolerations of pods and taints of nodes. */
import type { ITaint } from 'kubernetes-models/v1/Taint';
import type { IToleration } from 'kubernetes-models/v1/Toleration';
import { duplicate, type FieldError, type FieldPath, invalid, notSupported } from '../../../meta/field-error.ts';
import { validateLabelValue } from '../../../meta/names.ts';
import { oneOf, optionalOneOf, qualifiedName } from './checks.ts';

const EFFECTS = ['NoSchedule', 'PreferNoSchedule', 'NoExecute'];

export function validateTolerations(at: FieldPath, tolerations: readonly IToleration[]): FieldError[] {
  return tolerations.flatMap((toleration, index) => validateToleration(at.index(index), toleration));
}

function validateToleration(at: FieldPath, toleration: IToleration): FieldError[] {
  const { key = '', operator = '', value = '', effect, tolerationSeconds } = toleration;
  const errors = key === '' ? [] : qualifiedName(at.child('key'), key);
  if (key === '' && operator !== 'Exists') {
    const detail = 'operator must be Exists when `key` is empty, which means "match all values and all keys"';
    errors.push(invalid(at.child('operator'), operator, detail));
  }
  if (tolerationSeconds !== undefined && effect !== 'NoExecute') {
    const detail = "effect must be 'NoExecute' when `tolerationSeconds` is set";
    errors.push(invalid(at.child('effect'), effect ?? '', detail));
  }
  // Upstream reports faults of the value at the operator.
  if (operator === 'Equal' || operator === '') {
    const faults = validateLabelValue(value);
    if (faults.length > 0) errors.push(invalid(at.child('operator'), value, faults.join(';')));
  } else if (operator === 'Exists') {
    if (value) errors.push(invalid(at.child('operator'), value, "value must be empty when `operator` is 'Exists'"));
  } else {
    errors.push(notSupported(at.child('operator'), operator, ['Equal', 'Exists']));
  }
  if (effect) errors.push(...optionalOneOf(at.child('effect'), effect, EFFECTS));
  return errors;
}

export function validateTaints(at: FieldPath, taints: readonly ITaint[]): FieldError[] {
  const errors: FieldError[] = [];
  const seen = new Set<string>();
  for (const [index, taint] of taints.entries()) {
    const entry = at.index(index);
    errors.push(...qualifiedName(entry.child('key'), taint.key));
    const faults = validateLabelValue(taint.value ?? '');
    if (faults.length > 0) errors.push(invalid(entry.child('value'), taint.value, faults.join(';')));
    errors.push(...oneOf(entry.child('effect'), taint.effect, EFFECTS));
    const identity = `${taint.effect} ${taint.key}`;
    if (seen.has(identity)) {
      const error = duplicate(entry, taint);
      errors.push({ ...error, message: `${error.message}: taints must be unique by key and effect pair` });
    }
    seen.add(identity);
  }
  return errors;
}
