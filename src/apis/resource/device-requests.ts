import type { IDeviceClaim } from 'kubernetes-models/resource.k8s.io/v1/DeviceClaim';
import { duplicate, type FieldError, type FieldPath, invalid, required } from '../../meta/field-error.ts';
import { dns1123Label, dns1123Subdomain } from '../core/validation/checks.ts';

/** One device is meant where a count of devices is left out. */
export function defaultRequests(devices: IDeviceClaim | undefined): void {
  for (const { exactly, firstAvailable = [] } of devices?.requests ?? []) {
    for (const request of exactly === undefined ? firstAvailable : [exactly]) {
      if (request.allocationMode === 'ExactCount') request.count ??= 1;
    }
  }
}

export function validateRequests(at: FieldPath, devices: IDeviceClaim | undefined): FieldError[] {
  const errors: FieldError[] = [];
  const names = new Set<string>();
  for (const [index, { name, exactly, firstAvailable }] of (devices?.requests ?? []).entries()) {
    const entry = at.child('requests').index(index);
    errors.push(...dns1123Label(entry.child('name'), name));
    if (names.has(name)) errors.push(duplicate(entry.child('name'), name));
    names.add(name);
    if (exactly === undefined && (firstAvailable ?? []).length === 0) {
      errors.push(required(entry, 'exactly one of `exactly` or `firstAvailable` is required'));
    }
    if (exactly !== undefined && (firstAvailable ?? []).length > 0) {
      errors.push(
        invalid(entry, name, 'exactly one of `exactly` or `firstAvailable` is required, but multiple fields are set'),
      );
    }
    if (exactly === undefined) continue;
    const inClass = entry.child('exactly', 'deviceClassName');
    errors.push(
      ...(exactly.deviceClassName ? dns1123Subdomain(inClass, exactly.deviceClassName) : [required(inClass)]),
    );
    const { count, allocationMode } = exactly;
    if (allocationMode === 'ExactCount' && count !== undefined && count <= 0) {
      errors.push(invalid(entry.child('exactly', 'count'), count, 'must be greater than zero'));
    }
    if (allocationMode === 'All' && count !== undefined) {
      errors.push(
        invalid(entry.child('exactly', 'count'), count, "must not be specified when allocationMode is 'All'"),
      );
    }
  }
  return errors;
}
