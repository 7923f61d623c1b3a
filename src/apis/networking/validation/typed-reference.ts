import type { FieldError, FieldPath } from '../../../meta/field-error.ts';
import { nameIsPathSegment } from '../../../meta/names.ts';
import { dns1123Subdomain, invalidEach, present } from '../../core/validation/checks.ts';

export interface TypedReference {
  apiGroup?: string;
  kind: string;
  name: string;
}

/** A reference to a resource of some kind: what a backend or the parameters of a class are. */
export function validateTypedReference(at: FieldPath, { apiGroup, kind, name }: TypedReference): FieldError[] {
  const segment = (field: 'kind' | 'name', value: string) =>
    value
      ? invalidEach(at.child(field), value, () => nameIsPathSegment(value, false))
      : present(at.child(field), value);
  return [
    ...(apiGroup === undefined ? [] : dns1123Subdomain(at.child('apiGroup'), apiGroup)),
    ...segment('kind', kind),
    ...segment('name', name),
  ];
}
