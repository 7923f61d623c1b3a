/** Resources of the pod as a whole (spec.resources) against those of its containers. */
import type { IContainer } from 'kubernetes-models/v1/Container';
import type { IPodSpec } from 'kubernetes-models/v1/PodSpec';
import { type FieldError, type FieldPath, forbidden, invalid } from '../../../meta/field-error.ts';
import { own } from '../../../meta/own.ts';
import { addQuantity, compareQuantity, formatQuantity, type Quantity, QuantityError } from '../../../meta/quantity.ts';
import { validatePodLevelResources } from './resources.ts';

type Totals = Map<string, Quantity | string | number>;

export function validatePodResources(at: FieldPath, spec: IPodSpec, claims: ReadonlySet<string>): FieldError[] {
  const { resources } = spec;
  if (resources === undefined) return [];
  const errors: FieldError[] = [];
  if (resources.claims !== undefined) {
    errors.push(forbidden(at.child('claims'), 'claims cannot be set for Resources at pod-level'));
  }
  errors.push(...validatePodLevelResources(at, resources, claims));
  try {
    return [...errors, ...validateConsistency(at, spec)];
  } catch (error) {
    // A quantity that cannot be read is reported where it stands.
    if (error instanceof QuantityError) return errors;
    throw error;
  }
}

function validateConsistency(at: FieldPath, spec: IPodSpec): FieldError[] {
  const errors: FieldError[] = [];
  const { requests = {}, limits = {} } = spec.resources ?? {};
  for (const [name, total] of aggregateRequests(spec)) {
    const request = own(requests, name) ?? 0;
    if (compareQuantity(total, request) > 0) {
      const detail = `must be greater than or equal to aggregate container requests of ${formatQuantity(total)}`;
      errors.push(invalid(at.child('requests').key(name), formatQuantity(request), detail));
    }
  }
  for (const [index, container] of (spec.containers ?? []).entries()) {
    for (const [name, limit] of Object.entries(container.resources?.limits ?? {})) {
      const podLimit = own(limits, name);
      if (podLimit !== undefined && compareQuantity(limit, podLimit) > 0) {
        const path = at.child('containers').index(index).key(name).child('limits');
        const detail = `must be less than or equal to pod limits of ${formatQuantity(podLimit)}`;
        errors.push(invalid(path, formatQuantity(limit), detail));
      }
    }
  }
  return errors;
}

/** The most that containers request at any one time: all of them with the sidecars, or one init container before. */
function aggregateRequests({ containers = [], initContainers = [] }: IPodSpec): Totals {
  const running: Totals = new Map();
  const sidecars: Totals = new Map();
  const starting: Totals = new Map();
  for (const container of containers) add(running, container);
  for (const container of initContainers) {
    if (container.restartPolicy === 'Always') {
      add(running, container);
      add(sidecars, container);
      raise(starting, sidecars);
    } else {
      const alone: Totals = new Map(sidecars);
      add(alone, container);
      raise(starting, alone);
    }
  }
  raise(running, starting);
  return running;
}

function add(totals: Totals, { resources }: IContainer): void {
  for (const [name, value] of Object.entries(resources?.requests ?? {})) {
    const sum = totals.get(name);
    totals.set(name, sum === undefined ? value : addQuantity(sum, value));
  }
}

function raise(totals: Totals, others: Totals): void {
  for (const [name, value] of others) {
    const current = totals.get(name);
    if (current === undefined || compareQuantity(value, current) > 0) totals.set(name, value);
  }
}
