/** A Service's cluster IPs and IP families, and how they may change. */
import type { IServiceSpec } from 'kubernetes-models/v1/ServiceSpec';
import { duplicate, type FieldError, type FieldPath, invalid, required } from '../../../meta/field-error.ts';
import { optionalOneOf } from './checks.ts';
import { isDualStack, isIPv6, validIP } from './ip.ts';

const FAMILIES = ['IPv4', 'IPv6'];
const FAMILY_POLICIES = ['PreferDualStack', 'RequireDualStack', 'SingleStack'];
const CHANGED = 'may not change once set';

export function isHeadless({ clusterIPs = [] }: IServiceSpec): boolean {
  return clusterIPs.length === 1 && clusterIPs[0] === 'None';
}

/** clusterIP, clusterIPs, ipFamilies and ipFamilyPolicy, by themselves and against each other. `at` is the spec. */
export function validateClusterIPs(at: FieldPath, spec: IServiceSpec): FieldError[] {
  // For ExternalName all of them are refused elsewhere.
  if (spec.type === 'ExternalName') return [];
  const { clusterIP, clusterIPs = [], ipFamilies = [], ipFamilyPolicy } = spec;
  const list = at.child('clusterIPs');
  const errors: FieldError[] = [];
  if (clusterIP) {
    if (clusterIPs.length === 0) errors.push(required(list));
    else if (clusterIPs[0] !== clusterIP) {
      errors.push(invalid(list, clusterIPs, 'first value must match `clusterIP`'));
    }
  } else if (clusterIPs.length > 0) {
    errors.push(invalid(list, clusterIPs, 'must be empty when `clusterIP` is not specified'));
  }
  const families = new Set<string>();
  for (const [index, family] of ipFamilies.entries()) {
    const entry = at.child('ipFamilies').index(index);
    errors.push(...optionalOneOf(entry, family, FAMILIES));
    if (families.has(family)) errors.push(duplicate(entry, family));
    families.add(family);
  }
  errors.push(...optionalOneOf(at.child('ipFamilyPolicy'), ipFamilyPolicy, FAMILY_POLICIES));
  return [...errors, ...validateAddresses(list, spec)];
}

function validateAddresses(at: FieldPath, spec: IServiceSpec): FieldError[] {
  const { clusterIPs = [], ipFamilies = [] } = spec;
  const faults: FieldError[] = [];
  for (const [index, ip] of clusterIPs.entries()) {
    if (index > 0 || ip !== 'None') faults.push(...validIP(at.index(index), ip));
    else if (clusterIPs.length > 1) faults.push(invalid(at, clusterIPs, "'None' must be the first and only value"));
  }
  const errors = [...faults];
  if (clusterIPs.length > 2) errors.push(invalid(at, clusterIPs, 'may only hold up to 2 values'));
  if (faults.length > 0) return errors;
  if (clusterIPs.length > 1 && !isDualStack(clusterIPs)) {
    errors.push(invalid(at, clusterIPs, 'may specify no more than one IP for each IP family'));
  }
  if (isHeadless(spec)) return errors;
  for (const [index, ip] of clusterIPs.slice(0, ipFamilies.length).entries()) {
    const family = ipFamilies[index] ?? '';
    if (FAMILIES.includes(family) && family !== (isIPv6(ip) ? 'IPv6' : 'IPv4')) {
      errors.push(invalid(at.index(index), ip, `expected an ${family} value as indicated by \`ipFamilies[${index}]\``));
    }
  }
  return errors;
}

/** The primary address stays; a second one may come and, with ipFamilyPolicy SingleStack, go. */
export function validateClusterIPsUpdate(at: FieldPath, spec: IServiceSpec, old: IServiceSpec): FieldError[] {
  if (spec.type === 'ExternalName' || old.type === 'ExternalName') return [];
  if (isHeadless(spec) && isHeadless(old)) return [];
  const { clusterIPs = [] } = spec;
  const { clusterIPs: before = [] } = old;
  const list = at.child('clusterIPs');
  if (before.length === clusterIPs.length) {
    return before.flatMap((ip, index) =>
      ip === clusterIPs[index] ? [] : [invalid(list.index(index), clusterIPs, CHANGED)],
    );
  }
  if (before.length === 0) return [];
  const errors: FieldError[] = [];
  if (clusterIPs.length === 0) errors.push(invalid(list.index(0), clusterIPs, 'primary clusterIP can not be unset'));
  else if (clusterIPs[0] !== before[0]) errors.push(invalid(list.index(0), clusterIPs, CHANGED));
  if (clusterIPs.length === 1 && before.length > 1) errors.push(...requireSingleStack(at, spec, 'secondary clusterIP'));
  return errors;
}

export function validateIPFamiliesUpdate(at: FieldPath, spec: IServiceSpec, old: IServiceSpec): FieldError[] {
  if (spec.type === 'ExternalName' || old.type === 'ExternalName') return [];
  if (isHeadless(spec) || isHeadless(old)) return [];
  const { ipFamilies = [], clusterIPs = [] } = spec;
  const { ipFamilies: before = [] } = old;
  const first = at.child('ipFamilies').index(0);
  if (before.length === ipFamilies.length) {
    return before.flatMap((family, index) =>
      family === ipFamilies[index] ? [] : [invalid(first, ipFamilies, CHANGED)],
    );
  }
  const errors: FieldError[] = [];
  if (before.length > ipFamilies.length && clusterIPs.length === 0) {
    errors.push(invalid(first, ipFamilies, 'primary ipFamily can not be unset'));
  }
  if (before.length > 0 && ipFamilies.length > 0 && ipFamilies[0] !== before[0]) {
    errors.push(invalid(first, clusterIPs, CHANGED));
  }
  if (ipFamilies.length === 1 && before.length > 1) errors.push(...requireSingleStack(at, spec, 'secondary ipFamily'));
  return errors;
}

function requireSingleStack(at: FieldPath, { ipFamilyPolicy }: IServiceSpec, released: string): FieldError[] {
  if (ipFamilyPolicy === 'SingleStack') return [];
  const detail = `must be set to 'SingleStack' when releasing the ${released}`;
  return [invalid(at.child('ipFamilyPolicy'), ipFamilyPolicy, detail)];
}
