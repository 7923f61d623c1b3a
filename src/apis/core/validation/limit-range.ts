/** LimitRanges. */
import type { ILimitRange } from 'kubernetes-models/v1/LimitRange';
import type { ILimitRangeItem } from 'kubernetes-models/v1/LimitRangeItem';
import {
  duplicate,
  type FieldError,
  type FieldPath,
  forbidden,
  invalid,
  path,
  required,
} from '../../../meta/field-error.ts';
import { own } from '../../../meta/own.ts';
import { compareQuantity, formatQuantity, type QuantityLike } from '../../../meta/quantity.ts';
import { qualifiedName } from './checks.ts';
import { readQuantity, validateLimitResourceName, validateResourceQuantity } from './resources.ts';

const LISTS = ['max', 'min', 'default', 'defaultRequest', 'maxLimitRequestRatio'] as const;

/** What must not be more than what, by list and as messages call it; the error is told of the first one's list. */
const ORDER = [
  ['min', 'max', 'min', 'min value', 'max value'],
  ['min', 'defaultRequest', 'defaultRequest', 'min value', 'default request value'],
  ['defaultRequest', 'max', 'defaultRequest', 'default request value', 'max value'],
  ['defaultRequest', 'default', 'defaultRequest', 'default request value', 'default limit value'],
  ['min', 'default', 'default', 'min value', 'default value'],
  ['default', 'max', 'default', 'default value', 'max value'],
] as const;

export function validateLimitRange({ spec }: Pick<ILimitRange, 'spec'>): FieldError[] {
  const seen = new Set<string>();
  const errors: FieldError[] = [];
  for (const [index, item] of (spec?.limits ?? []).entries()) {
    const at = path('spec').child('limits').index(index);
    errors.push(...(item.type ? qualifiedName(at.child('type'), item.type) : [required(at.child('type'))]));
    if (seen.has(item.type)) errors.push(duplicate(at.child('type'), item.type));
    seen.add(item.type);
    errors.push(...validateItem(at, item));
  }
  return errors;
}

function validateItem(at: FieldPath, item: ILimitRangeItem): FieldError[] {
  const { type, min, max } = item;
  const errors: FieldError[] = [];
  const names = new Set<string>();
  for (const list of LISTS) {
    const ofPods = type === 'Pod' && (list === 'default' || list === 'defaultRequest');
    if (ofPods && Object.keys(item[list] ?? {}).length > 0) {
      errors.push(forbidden(at.child(list), "may not be specified when `type` is 'Pod'"));
    }
    for (const [name, value] of Object.entries(item[list] ?? {})) {
      names.add(name);
      errors.push(...validateLimitResourceName(at.child(list).key(name), name, type));
      errors.push(...validateResourceQuantity(at.child(list).key(name), name, value));
    }
  }
  if (type === 'PersistentVolumeClaim' && min?.storage === undefined && max?.storage === undefined) {
    const detail = 'either minimum or maximum storage value is required, but neither was provided';
    errors.push(required(at.child('limits'), detail));
  }
  // What is no quantity has been told; it cannot be compared.
  if (errors.length > 0) return errors;
  for (const name of names) errors.push(...compareAll(at, item, name));
  return errors;
}

function compareAll(at: FieldPath, item: ILimitRangeItem, name: string): FieldError[] {
  const errors: FieldError[] = [];
  const amount = (list: (typeof LISTS)[number]): QuantityLike | undefined =>
    own(item[list] as Record<string, string | number> | undefined, name);
  for (const [less, more, told, lessName, moreName] of ORDER) {
    const [low, high] = [amount(less), amount(more)];
    if (low === undefined || high === undefined || compareQuantity(low, high) <= 0) continue;
    const detail = `${lessName} ${formatQuantity(low)} is greater than ${moreName} ${formatQuantity(high)}`;
    errors.push(invalid(at.child(told).key(name), formatQuantity(amount(told) ?? low), detail));
  }
  const ratio = own(item.maxLimitRequestRatio as Record<string, string | number> | undefined, name);
  if (ratio === undefined) return errors;
  const inRatio = at.child('maxLimitRequestRatio').key(name);
  const quantity = readQuantity(errors, inRatio, ratio);
  if (quantity !== undefined && compareQuantity(quantity, 1) < 0) {
    errors.push(invalid(inRatio, formatQuantity(quantity), `ratio ${formatQuantity(quantity)} is less than 1`));
  }
  return errors;
}
