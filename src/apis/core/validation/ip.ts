/** IP addresses and CIDRs in fields of the API. */
import { type FieldError, type FieldPath, invalid } from '../../../meta/field-error.ts';
import { type Cidr, cidrContains, parseCidr, parseIp, validateCidr, validateIp } from '../../../meta/ip.ts';
import { invalidEach } from './checks.ts';

export function validIP(at: FieldPath, value: string): FieldError[] {
  return invalidEach(at, value, () => validateIp(value));
}

export function validCIDR(at: FieldPath, value: string): FieldError[] {
  return invalidEach(at, value, () => validateCidr(value));
}

/** IPv6, in upstream's sense: an address that is not (mapped) IPv4. */
export function isIPv6(text: string): boolean {
  return parseIp(text)?.family === 6;
}

/** True when both families occur; text that is no address counts as IPv4. */
export function isDualStack(addresses: readonly string[]): boolean {
  return addresses.some(isIPv6) && addresses.some((address) => !isIPv6(address));
}

const network = (text: string): Cidr => parseCidr(text)!;
const SPECIAL: readonly { networks: readonly Cidr[]; detail: string }[] = [
  {
    networks: [network('127.0.0.0/8'), network('::1/128')],
    detail: 'may not be in the loopback range (127.0.0.0/8, ::1/128)',
  },
  {
    networks: [network('169.254.0.0/16'), network('fe80::/10')],
    detail: 'may not be in the link-local range (169.254.0.0/16, fe80::/10)',
  },
  {
    // ff02::/10 in the message is upstream's; what it tests is ffx2::/16.
    networks: [network('224.0.0.0/24'), network('ff02::/16')],
    detail: 'may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)',
  },
];

/** Refuses addresses that no endpoint or external address can have: unspecified, loopback, link-local. */
export function nonSpecialIP(at: FieldPath, value: string): FieldError[] {
  const ip = parseIp(value);
  if (ip === undefined) return [invalid(at, value, 'must be a valid IP address')];
  const errors = SPECIAL.filter(({ networks }) => networks.some((each) => cidrContains(each, ip))).map(({ detail }) =>
    invalid(at, value, detail),
  );
  return ip.value === 0n ? [invalid(at, value, `may not be unspecified (${value})`), ...errors] : errors;
}
