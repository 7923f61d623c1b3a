/** What of a claim may change. Comes on top of validateClaimSpec. */
import type { IPersistentVolumeClaim } from 'kubernetes-models/v1/PersistentVolumeClaim';
import { semanticEqual } from '../../../meta/equal.ts';
import { type FieldError, forbidden, invalid, path } from '../../../meta/field-error.ts';
import { compareQuantity, formatQuantity } from '../../../meta/quantity.ts';
import { IMMUTABLE } from './checks.ts';

type ClaimLike = Pick<IPersistentVolumeClaim, 'spec' | 'status'>;

const AT = path('spec');

export function validateClaimUpdate(claim: ClaimLike, old: ClaimLike): FieldError[] {
  const [spec, before] = [{ ...claim.spec }, { ...old.spec }];
  const errors: FieldError[] = [];
  const bound = old.status?.phase === 'Bound';
  const size = spec.resources?.requests?.storage;
  const sizeBefore = before.resources?.requests?.storage;
  if (spec.volumeMode !== before.volumeMode) errors.push(invalid(AT.child('volumeMode'), spec.volumeMode, IMMUTABLE));

  // What the binder does, and what bound claims may ask for.
  if (!before.volumeName) before.volumeName = spec.volumeName;
  if (bound) {
    before.volumeAttributesClassName = spec.volumeAttributesClassName;
    const requests = { ...spec.resources?.requests, ...(sizeBefore === undefined ? {} : { storage: sizeBefore }) };
    spec.resources = { ...spec.resources, requests };
  }
  // A class can be given to what came before there was a default one.
  if (before.storageClassName === undefined && !old.spec?.volumeName) before.storageClassName = spec.storageClassName;
  if (!semanticEqual(spec, before)) {
    const detail =
      'spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims';
    errors.push(forbidden(AT, detail));
  }
  if (!bound || size === undefined || sizeBefore === undefined || compareQuantity(size, sizeBefore) >= 0) return errors;
  // An expansion that has failed may be asked for again smaller, yet not below what there is.
  const inStorage = AT.child('resources', 'requests', 'storage');
  const has = claim.status?.capacity?.storage;
  if (has !== undefined && compareQuantity(size, has) <= 0) {
    const detail = `field can not be less than status.capacity`;
    errors.push(forbidden(inStorage, detail));
  } else if (has === undefined) {
    errors.push(invalid(inStorage, formatQuantity(size), 'field can not be less than previous value'));
  }
  return errors;
}
