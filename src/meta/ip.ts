/** IP addresses and CIDRs as numbers, with upstream's validation messages. */

export interface IpAddress {
  family: 4 | 6;
  /** 32 or 128 bits. */
  value: bigint;
}

export interface Cidr {
  /** The address as written, host bits included. */
  address: IpAddress;
  prefixLength: number;
}

function bits(family: 4 | 6): number {
  return family === 4 ? 32 : 128;
}

function parseIpv4(text: string): bigint | undefined {
  const parts = text.split('.');
  if (parts.length !== 4) return undefined;
  let value = 0n;
  for (const part of parts) {
    if (!/^\d{1,3}$/.test(part.replace(/^0+(?=\d)/, '')) || Number(part) > 255) return undefined;
    value = (value << 8n) | BigInt(Number(part));
  }
  return value;
}

function parseIpv6(text: string): bigint | undefined {
  let rest = text;
  const tail: bigint[] = [];
  if (rest.includes('.')) {
    const start = rest.lastIndexOf(':') + 1;
    const embedded = parseIpv4(rest.slice(start));
    if (embedded === undefined || start === 0) return undefined;
    tail.push(embedded >> 16n, embedded & 0xffffn);
    rest = rest.slice(0, start).endsWith('::') ? rest.slice(0, start) : rest.slice(0, start - 1);
  }
  const halves = rest.split('::');
  if (halves.length > 2) return undefined;
  const groups = (half: string | undefined) => (half === undefined || half === '' ? [] : half.split(':'));
  const before = groups(halves[0]);
  const after = groups(halves[1]);
  if (![...before, ...after].every((group) => /^[0-9a-fA-F]{1,4}$/.test(group))) return undefined;
  const missing = 8 - before.length - after.length - tail.length;
  if (halves.length === 2 ? missing < 1 : missing !== 0) return undefined;
  const words = [
    ...before.map((group) => BigInt(`0x${group}`)),
    ...Array<bigint>(missing).fill(0n),
    ...after.map((group) => BigInt(`0x${group}`)),
    ...tail,
  ];
  return words.reduce((value, word) => (value << 16n) | word, 0n);
}

/** As lenient as upstream's ParseIPSloppy: leading zeros in IPv4 are decimal. IPv4-mapped IPv6 is IPv4. */
export function parseIp(text: string): IpAddress | undefined {
  if (!text.includes(':')) {
    const value = parseIpv4(text);
    return value === undefined ? undefined : { family: 4, value };
  }
  const value = parseIpv6(text);
  if (value === undefined) return undefined;
  return value >> 32n === 0xffffn ? { family: 4, value: value & 0xffffffffn } : { family: 6, value };
}

/** Canonical text: RFC 5952 for IPv6. */
export function formatIp({ family, value }: IpAddress): string {
  if (family === 4) return [24n, 16n, 8n, 0n].map((shift) => (value >> shift) & 0xffn).join('.');
  const words = Array.from({ length: 8 }, (_, index) => (value >> BigInt(112 - 16 * index)) & 0xffffn);
  const zeros = longestZeros(words);
  const hex = (from: number, to?: number) =>
    words
      .slice(from, to)
      .map((word) => word.toString(16))
      .join(':');
  return zeros.length < 2 ? hex(0) : `${hex(0, zeros.start)}::${hex(zeros.start + zeros.length)}`;
}

function longestZeros(words: readonly bigint[]): { start: number; length: number } {
  let best = { start: 0, length: 0 };
  for (let start = 0; start < words.length; start += 1) {
    let length = 0;
    while (words[start + length] === 0n) length += 1;
    if (length > best.length) best = { start, length };
  }
  return best;
}

export function parseCidr(text: string): Cidr | undefined {
  const [ip, prefix, ...more] = text.split('/');
  const address = ip === undefined ? undefined : parseIp(ip);
  if (address === undefined || prefix === undefined || more.length > 0 || !/^\d{1,3}$/.test(prefix)) return undefined;
  const mapped = address.family === 4 && ip!.includes(':');
  const prefixLength = mapped ? Number(prefix) - 96 : Number(prefix);
  return prefixLength < 0 || prefixLength > bits(address.family) ? undefined : { address, prefixLength };
}

/** The first address of the network. */
export function networkAddress({ address, prefixLength }: Cidr): IpAddress {
  const host = BigInt(bits(address.family) - prefixLength);
  return { family: address.family, value: (address.value >> host) << host };
}

/** Canonical text of the network, host bits cleared. */
export function formatCidr(cidr: Cidr): string {
  return `${formatIp(networkAddress(cidr))}/${cidr.prefixLength}`;
}

/** How many addresses the network holds, its first and last included. */
export function cidrSize({ address, prefixLength }: Cidr): bigint {
  return 1n << BigInt(bits(address.family) - prefixLength);
}

export function cidrContains(cidr: Cidr, address: IpAddress): boolean {
  if (cidr.address.family !== address.family) return false;
  const offset = address.value - networkAddress(cidr).value;
  return offset >= 0n && offset < cidrSize(cidr);
}

/** The address at `offset` from the first one of the network. */
export function addressAt(cidr: Cidr, offset: number | bigint): IpAddress {
  return { family: cidr.address.family, value: networkAddress(cidr).value + BigInt(offset) };
}

/**
 * Upstream's messages for an address. `strict` is for fields that never allowed sloppy forms: no leading zeros, no
 * IPv4-mapped IPv6, canonical text only.
 */
export function validateIp(text: string, strict = false): string[] {
  const address = parseIp(text);
  if (address === undefined) return ['must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)'];
  if (!strict) return [];
  const problems: string[] = [];
  if (/(^|[.:])0\d+\./.test(text) || /\.0\d/.test(text)) problems.push('must not have leading 0s');
  if (address.family === 4 && text.includes(':')) problems.push('must not be an IPv4-mapped IPv6 address');
  if (problems.length === 0 && formatIp(address) !== text) {
    problems.push(`must be in canonical form (${JSON.stringify(formatIp(address))})`);
  }
  return problems;
}

/** Upstream's messages for a network; `strict` as for validateIp, and no bits beyond the prefix. */
export function validateCidr(text: string, strict = false): string[] {
  const cidr = parseCidr(text);
  if (cidr === undefined) return ['must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)'];
  if (!strict) return [];
  if (/(^|\.)0\d/.test(text) || /\/0\d/.test(text)) return ['must not have leading 0s in IP or prefix length'];
  if (cidr.address.family === 4 && text.includes(':')) return ['must not have an IPv4-mapped IPv6 address'];
  if (networkAddress(cidr).value !== cidr.address.value) return ['must not have bits set beyond the prefix length'];
  return formatCidr(cidr) === text ? [] : [`must be in canonical form (${JSON.stringify(formatCidr(cidr))})`];
}
