import { type FieldError, type FieldPath, forbidden, invalid, required } from './field-error.ts';
import { validateLabelKey, validateLabelValue } from './names.ts';
import { validateLabels } from './object-meta.ts';
import type { LabelSelector } from './selectors.ts';

/** The rules for metav1.LabelSelector in specs, in upstream's words. */
export function validateLabelSelector(selector: LabelSelector | null | undefined, path: FieldPath): FieldError[] {
  if (selector == null) return [];
  const errors = validateLabels(selector.matchLabels ?? {}, path.child('matchLabels'));
  (selector.matchExpressions ?? []).forEach(({ key, operator, values = [] }, index) => {
    const at = path.child('matchExpressions').index(index);
    if (operator === 'In' || operator === 'NotIn') {
      if (values.length === 0) {
        errors.push(required(at.child('values'), "must be specified when `operator` is 'In' or 'NotIn'"));
      }
    } else if (operator === 'Exists' || operator === 'DoesNotExist') {
      if (values.length > 0) {
        errors.push(
          forbidden(at.child('values'), "may not be specified when `operator` is 'Exists' or 'DoesNotExist'"),
        );
      }
    } else {
      errors.push(invalid(at.child('operator'), operator, 'not a valid selector operator'));
    }
    errors.push(...validateLabelKey(key).map((message) => invalid(at.child('key'), key, message)));
    values.forEach((value, valueIndex) => {
      const valueAt = at.child('values').index(valueIndex);
      errors.push(...validateLabelValue(value).map((message) => invalid(valueAt, value, message)));
    });
  });
  return errors;
}
