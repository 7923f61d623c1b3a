import { describe, expect, it } from 'vitest';
import {
  addressAt,
  cidrContains,
  cidrSize,
  formatCidr,
  formatIp,
  parseCidr,
  parseIp,
  validateCidr,
  validateIp,
} from '../../../src/meta/ip.ts';

describe('addresses', () => {
  it.each([
    ['10.9.8.7', '10.9.8.7'],
    ['010.002.003.004', '10.2.3.4'],
    ['::', '::'],
    ['::1', '::1'],
    ['2001:DB8:0:0:0:0:0:1', '2001:db8::1'],
    ['2001:db8::1:0:0:1', '2001:db8::1:0:0:1'],
    ['1:0:0:2:0:0:0:3', '1:0:0:2::3'],
    ['1:2:3:4:5:6:7:0', '1:2:3:4:5:6:7:0'],
    ['::ffff:1.2.3.4', '1.2.3.4'],
    ['64:ff9b::1.2.3.4', '64:ff9b::102:304'],
  ])('%s is %s', (text, canonical) => {
    const address = parseIp(text);
    expect(address && formatIp(address)).toBe(canonical);
  });

  it.each([
    '',
    '1.2.3',
    '1.2.3.256',
    '1.2.3.4.5',
    'a.b.c.d',
    ':::',
    '1::2::3',
    '1:2:3:4:5:6:7:8:9',
    '12345::',
    '1:2',
    '::1.2.3',
    '1.2.3.4::',
  ])('%j is none', (text) => {
    expect(parseIp(text)).toBeUndefined();
    expect(validateIp(text)).toEqual(['must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)']);
  });

  it('must be canonical where validation is strict', () => {
    expect(validateIp('010.2.3.4')).toEqual([]);
    expect(validateIp('010.2.3.4', true)).toEqual(['must not have leading 0s']);
    expect(validateIp('::ffff:1.2.3.4', true)).toEqual(['must not be an IPv4-mapped IPv6 address']);
    expect(validateIp('2001:DB8::1', true)).toEqual(['must be in canonical form ("2001:db8::1")']);
    expect(validateIp('10.0.0.1', true)).toEqual([]);
  });
});

describe('networks', () => {
  it('hold addresses', () => {
    const cidr = parseCidr('10.96.0.10/16')!;
    expect(formatCidr(cidr)).toBe('10.96.0.0/16');
    expect(cidrSize(cidr)).toBe(65536n);
    expect(formatIp(addressAt(cidr, 1))).toBe('10.96.0.1');
    expect(cidrContains(cidr, parseIp('10.96.255.255')!)).toBe(true);
    expect(cidrContains(cidr, parseIp('10.97.0.0')!)).toBe(false);
    expect(cidrContains(cidr, parseIp('::1')!)).toBe(false);
    expect(formatCidr(parseCidr('2001:db8::1/64')!)).toBe('2001:db8::/64');
    expect(cidrSize(parseCidr('::/0')!)).toBe(1n << 128n);
  });

  it.each(['10.0.0.0', '10.0.0.0/33', '::/129', '10.0.0.0/', '10.0.0.0/8/8', 'x/8'])('%j is none', (text) => {
    expect(validateCidr(text)).toEqual(['must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)']);
  });

  it('must have no bits beyond the prefix where validation is strict', () => {
    expect(validateCidr('10.0.0.1/8')).toEqual([]);
    expect(validateCidr('10.0.0.1/8', true)).toEqual(['must not have bits set beyond the prefix length']);
    expect(validateCidr('10.0.0.0/08', true)).toEqual(['must not have leading 0s in IP or prefix length']);
  });
});
