import type { IServiceSpec } from 'kubernetes-models/v1/ServiceSpec';
import type { ClusterSettings } from '../../apiserver/registry/contract.ts';
import type { Claim } from '../../apiserver/storage/contract.ts';
import { type FieldError, invalid, path } from '../../meta/field-error.ts';
import { addressAt, type Cidr, cidrContains, cidrSize, formatIp, parseCidr, parseIp } from '../../meta/ip.ts';
import { StatusError } from '../../meta/status-error.ts';
import { pickFree, staticBand } from './free-values.ts';
import { isHeadless, needsClusterIP } from './service-needs.ts';
import type { Pool } from './service-pool.ts';

/** Of larger ranges only the beginning is used: a cluster is not expected to have more services. */
const MAX_ADDRESSES = 65_536;

/** Completes clusterIPs, one a family, and returns them as claims. Families must be set. */
export function claimClusterIPs(
  { serviceCIDR }: ClusterSettings,
  spec: IServiceSpec,
  pool: Pool,
  errors: FieldError[],
): Claim[] {
  if (!needsClusterIP(spec) || isHeadless(spec)) return [];
  const range = parseCidr(serviceCIDR);
  if (range === undefined) throw new Error(`the service CIDR ${serviceCIDR} is none`);
  const addresses = [...(spec.clusterIPs ?? [])];
  const refuse = (detail: string) => errors.push(invalid(path('spec').child('clusterIPs'), addresses, detail));
  for (const index of (spec.ipFamilies ?? []).keys()) {
    const given = addresses[index] ?? '';
    if (given === '' || (pool.isPicked(given) && pool.isTaken(given))) {
      const free = pickAddress(range, pool);
      if (free === undefined) throw StatusError.internal('failed to allocate a serviceIP: range is full');
      pool.pick(free);
      addresses[index] = free;
    } else if (!pool.wasHeld(given)) {
      const problem = addressProblem(range, given, pool);
      if (problem !== undefined) refuse(`failed to allocate IP ${given}: ${problem}`);
    }
  }
  spec.clusterIPs = addresses;
  spec.clusterIP = addresses[0] ?? '';
  return addresses.map((value) => ({ pool: pool.name, value: canonical(value) }));
}

function addressProblem(range: Cidr, text: string, pool: Pool): string | undefined {
  const address = parseIp(text);
  if (address === undefined || !cidrContains(range, address)) {
    return 'the provided network does not match the current range';
  }
  return pool.isTaken(canonical(text)) ? 'provided IP is already allocated' : undefined;
}

/** One spelling an address, so that no two services hold it in two. */
function canonical(text: string): string {
  const address = parseIp(text);
  return address === undefined ? text : formatIp(address);
}

function pickAddress(range: Cidr, pool: Pool): string | undefined {
  const total = cidrSize(range);
  const size = total < MAX_ADDRESSES ? Number(total) : MAX_ADDRESSES;
  // The first address names the network, and the last one of IPv4 is its broadcast.
  const to = range.address.family === 4 && total <= MAX_ADDRESSES ? size - 2 : size - 1;
  const preferredFrom = 1 + staticBand(size, { share: 16, min: 16, max: 256 });
  const at = (offset: number) => formatIp(addressAt(range, offset));
  const offset = pickFree({ from: 1, preferredFrom, to }, (each) => pool.isTaken(at(each)));
  return offset === undefined ? undefined : at(offset);
}
