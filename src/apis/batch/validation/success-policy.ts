/** When an indexed Job is done before all of it is (spec.successPolicy). */
import type { IJobSpec } from 'kubernetes-models/batch/v1/JobSpec';
import {
  type FieldError,
  type FieldPath,
  invalid,
  invalidWhole,
  required,
  tooLong,
  tooMany,
} from '../../../meta/field-error.ts';
import { nonNegative } from '../../core/validation/checks.ts';

const MAX_RULES = 20;
const MAX_INDEXES_BYTES = 64 * 1024;

export function validateSuccessPolicy(at: FieldPath, spec: Partial<IJobSpec>): FieldError[] {
  if (spec.completionMode !== 'Indexed') return [invalidWhole(at, 'requires indexed completion mode')];
  const rules = spec.successPolicy?.rules ?? [];
  const path = at.child('rules');
  if (rules.length === 0) {
    return [required(path, 'at least one rules must be specified when the successPolicy is specified')];
  }
  const errors = rules.length > MAX_RULES ? [tooMany(path, rules.length, MAX_RULES)] : [];
  const { completions = 0 } = spec;
  for (const [index, { succeededCount, succeededIndexes }] of rules.entries()) {
    const entry = path.index(index);
    if (succeededCount === undefined && succeededIndexes === undefined) {
      errors.push(required(entry, 'at least one of succeededCount or succeededIndexes must be specified'));
    }
    let total: number | undefined;
    if (succeededIndexes !== undefined) {
      const inIndexes = entry.child('succeededIndexes');
      if (succeededIndexes.length > MAX_INDEXES_BYTES) errors.push(tooLong(inIndexes, MAX_INDEXES_BYTES));
      else {
        const counted = countIndexes(succeededIndexes, completions);
        if (typeof counted === 'number') total = counted;
        else {
          errors.push(invalid(inIndexes, succeededIndexes, `error parsing succeededIndexes: ${counted.fault}`));
        }
      }
    }
    if (succeededCount === undefined) continue;
    const inCount = entry.child('succeededCount');
    errors.push(...nonNegative(inCount, succeededCount));
    if (succeededCount > completions) {
      const detail = `must be less than or equal to ${completions} (the number of specified completions)`;
      errors.push(invalid(inCount, succeededCount, detail));
    }
    if (total !== undefined && succeededCount > total) {
      const detail = `must be less than or equal to ${total} (the number of indexes in the specified succeededIndexes field)`;
      errors.push(invalid(inCount, succeededCount, detail));
    }
  }
  return errors;
}

/** How many indexes a text like `0,2-4` names: they ascend and are below `completions`. */
function countIndexes(text: string, completions: number): number | { fault: string } {
  if (text === '') return 0;
  let total = 0;
  let last: number | undefined;
  for (const interval of text.split(',')) {
    const limits = interval.split('-');
    if (limits.length > 2) {
      return {
        fault: `the fragment ${JSON.stringify(interval)} violates the requirement that an index interval can have at most two parts separated by '-'`,
      };
    }
    const numbers: number[] = [];
    for (const limit of limits) {
      if (!/^[+-]?\d+$/.test(limit)) {
        return { fault: `cannot convert string to integer for index: ${JSON.stringify(limit)}` };
      }
      const value = Number(limit);
      if (value >= completions) return { fault: `too large index: ${JSON.stringify(limit)}` };
      numbers.push(value);
    }
    const [from = 0, to = from] = numbers;
    if (last !== undefined && last >= from)
      return { fault: `non-increasing order, previous: ${last}, current: ${from}` };
    if (numbers.length > 1 && from > to) return { fault: `non-increasing order, previous: ${from}, current: ${to}` };
    total += to - from + 1;
    last = to;
  }
  return total;
}
