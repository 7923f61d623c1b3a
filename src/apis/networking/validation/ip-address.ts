/** IPAddresses: each stands for one that a Service holds. */
import type { IIPAddress } from 'kubernetes-models/networking.k8s.io/v1/IPAddress';
import { semanticEqual } from '../../../meta/equal.ts';
import { type FieldError, invalid, path, required } from '../../../meta/field-error.ts';
import { formatIp, parseIp } from '../../../meta/ip.ts';
import { nameIsPathSegment } from '../../../meta/names.ts';
import { dns1123Subdomain, IMMUTABLE, invalidEach, present } from '../../core/validation/checks.ts';

type AddressLike = Pick<IIPAddress, 'spec'>;

const AT = path('spec').child('parentRef');

/** Its name is the address, in its canonical form. */
export function nameIsIPAddress(name: string): string[] {
  const ip = parseIp(name);
  if (ip === undefined) return ['must be a valid IP address'];
  const canonical = formatIp(ip);
  return canonical === name ? [] : [`must be a valid IP address in canonical form: must be ${canonical}`];
}

export function validateIPAddress({ spec }: AddressLike): FieldError[] {
  if (spec?.parentRef === undefined) return [required(AT)];
  const { group, resource, namespace, name } = spec.parentRef;
  const segment = (field: string, value: string) =>
    invalidEach(AT.child(field), value, () => nameIsPathSegment(value, false));
  return [
    ...(group ? dns1123Subdomain(AT.child('group'), group) : []),
    ...(resource ? segment('resource', resource) : present(AT.child('resource'), resource)),
    ...(name ? segment('name', name) : present(AT.child('name'), name)),
    ...(namespace ? segment('namespace', namespace) : []),
  ];
}

/** Comes on top of {@link validateIPAddress}. */
export function validateIPAddressUpdate({ spec }: AddressLike, old: AddressLike): FieldError[] {
  return semanticEqual(spec?.parentRef, old.spec?.parentRef) ? [] : [invalid(AT, spec?.parentRef, IMMUTABLE)];
}
