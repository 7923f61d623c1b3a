/** Cluster IPs and node ports of services, each held by one service of the tenant. */
import type { IService } from 'kubernetes-models/v1/Service';
import type { IServiceSpec } from 'kubernetes-models/v1/ServiceSpec';
import type { ClusterSettings } from '../../apiserver/registry/contract.ts';
import type { Claim } from '../../apiserver/storage/contract.ts';
import { type FieldError, invalid, path } from '../../meta/field-error.ts';
import { addressAt, cidrContains, cidrSize, formatIp, parseCidr, parseIp } from '../../meta/ip.ts';
import type { Stored } from '../built-in.ts';
import { pickFree, staticBand } from './free-values.ts';
import { familyErrors } from './service-families.ts';
import { isHeadless, needsClusterIP, needsHealthCheckNodePort, needsNodePort } from './service-needs.ts';

const IP_POOL = 'clusterIP';
const PORT_POOL = 'nodePort';

/** Larger ranges are used up to here: more services than that are not expected of a cluster. */
const MAX_ADDRESSES = 65_536n;

/** What was picked for a service in an earlier try, so that only values that a client chose are refused when taken. */
const picked = new WeakMap<object, Set<string>>();

export function allocateService(
  cluster: ClusterSettings,
  service: Stored<IService>,
  taken: readonly Claim[],
): { claims: Claim[]; errors?: FieldError[] } {
  const { spec } = service;
  if (spec === undefined) return { claims: [] };
  const own = picked.get(service) ?? new Set<string>();
  picked.set(service, own);
  const held = new Set(taken.map(({ pool, value }) => `${pool}/${value}`));
  const pools = { own, isTaken: (pool: string, value: string) => held.has(`${pool}/${value}`) };
  const errors = familyErrors(cluster, spec);
  if (errors.length > 0) return { claims: [], errors };
  const claims = [...claimClusterIPs(cluster, spec, pools, errors), ...claimNodePorts(cluster, spec, pools, errors)];
  return errors.length === 0 ? { claims } : { claims: [], errors };
}

interface Pools {
  /** Claims picked here, as `pool/value`. */
  own: Set<string>;
  isTaken(pool: string, value: string): boolean;
}

function claimClusterIPs(cluster: ClusterSettings, spec: IServiceSpec, pools: Pools, errors: FieldError[]): Claim[] {
  if (!needsClusterIP(spec) || isHeadless(spec)) return [];
  const addresses = [...(spec.clusterIPs ?? [])];
  for (const index of (spec.ipFamilies ?? ['']).keys()) {
    const given = addresses[index] ?? '';
    if (given !== '' && !pools.own.has(`${IP_POOL}/${given}`)) {
      const problem = addressProblem(cluster, given, pools);
      if (problem !== undefined) {
        errors.push(invalid(path('spec').child('clusterIPs'), addresses, `failed to allocate IP ${given}: ${problem}`));
      }
      continue;
    }
    const free = pickAddress(cluster, pools);
    if (free === undefined) {
      errors.push(
        invalid(path('spec').child('clusterIPs'), addresses, 'failed to allocate a serviceIP: range is full'),
      );
      return [];
    }
    pools.own.add(`${IP_POOL}/${free}`);
    addresses[index] = free;
  }
  spec.clusterIPs = addresses;
  spec.clusterIP = addresses[0] ?? '';
  return addresses.map((value) => ({ pool: IP_POOL, value: canonical(value) }));
}

function addressProblem({ serviceCIDR }: ClusterSettings, text: string, pools: Pools): string | undefined {
  const [range, address] = [parseCidr(serviceCIDR), parseIp(text)];
  if (range === undefined || address === undefined || !cidrContains(range, address)) {
    return 'the provided network does not match the current range';
  }
  return pools.isTaken(IP_POOL, canonical(text)) ? 'provided IP is already allocated' : undefined;
}

/** One spelling an address, so that no two services hold it in two. */
function canonical(text: string): string {
  const address = parseIp(text);
  return address === undefined ? text : formatIp(address);
}

function pickAddress({ serviceCIDR }: ClusterSettings, pools: Pools): string | undefined {
  const range = parseCidr(serviceCIDR);
  if (range === undefined) throw new Error(`the service CIDR ${serviceCIDR} is none`);
  const total = cidrSize(range);
  const size = Number(total < MAX_ADDRESSES ? total : MAX_ADDRESSES);
  // The first address names the network and, with IPv4, the last is its broadcast.
  const last = range.address.family === 4 && total <= MAX_ADDRESSES ? size - 2 : size - 1;
  const at = (offset: number) => formatIp(addressAt(range, offset));
  const offset = pickFree(
    { from: 1, preferredFrom: 1 + staticBand(size, { share: 16, min: 16, max: 256 }), to: last },
    (each) => pools.isTaken(IP_POOL, at(each)),
  );
  return offset === undefined ? undefined : at(offset);
}

function claimNodePorts(cluster: ClusterSettings, spec: IServiceSpec, pools: Pools, errors: FieldError[]): Claim[] {
  const claimed = new Set<number>();
  const claim = (given: number | undefined, at: ReturnType<typeof path>, reuse?: number): number | undefined => {
    if (given && !pools.own.has(`${PORT_POOL}/${given}`)) {
      const problem = portProblem(cluster, given, pools);
      if (problem !== undefined) errors.push(invalid(at, given, problem));
      claimed.add(given);
      return given;
    }
    const free = reuse ?? pickPort(cluster, pools, claimed);
    if (free === undefined) {
      errors.push(invalid(at, given ?? 0, 'failed to allocate a nodePort: range is full'));
      return undefined;
    }
    pools.own.add(`${PORT_POOL}/${free}`);
    claimed.add(free);
    return free;
  };
  if (needsNodePort(spec) || spec.type === 'LoadBalancer') {
    // One node port serves a port in all its protocols, e.g. DNS over UDP and TCP.
    const ofPort = new Map<number, { nodePort: number; protocols: Set<string | undefined> }>();
    for (const [index, port] of (spec.ports ?? []).entries()) {
      // Without allocation only ports that the client chose are held.
      if (!needsNodePort(spec) && !port.nodePort) continue;
      const sibling = ofPort.get(port.port);
      const reuse = sibling?.protocols.has(port.protocol) ? undefined : sibling?.nodePort;
      const nodePort = claim(port.nodePort, path('spec').child('ports').index(index).child('nodePort'), reuse);
      if (nodePort === undefined) return [];
      port.nodePort = nodePort;
      ofPort.set(port.port, { nodePort, protocols: new Set([...(sibling?.protocols ?? []), port.protocol]) });
    }
  }
  if (needsHealthCheckNodePort(spec)) {
    const nodePort = claim(spec.healthCheckNodePort, path('spec').child('healthCheckNodePort'));
    if (nodePort !== undefined) spec.healthCheckNodePort = nodePort;
  }
  return [...claimed].map((port) => ({ pool: PORT_POOL, value: String(port) }));
}

function portProblem({ nodePortRange: [from, to] }: ClusterSettings, port: number, pools: Pools): string | undefined {
  if (port < from || port > to) {
    return `provided port is not in the valid range. The range of valid ports is ${from}-${to}`;
  }
  return pools.isTaken(PORT_POOL, String(port)) ? 'provided port is already allocated' : undefined;
}

function pickPort(
  { nodePortRange: [from, to] }: ClusterSettings,
  pools: Pools,
  claimed: ReadonlySet<number>,
): number | undefined {
  const band = staticBand(to - from + 1, { share: 32, min: 16, max: 128 });
  return pickFree(
    { from, preferredFrom: from + band, to },
    (port) => claimed.has(port) || pools.isTaken(PORT_POOL, String(port)),
  );
}
