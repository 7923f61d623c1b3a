import type { IServiceSpec } from 'kubernetes-models/v1/ServiceSpec';
import type { ClusterSettings } from '../../apiserver/registry/contract.ts';
import type { Claim } from '../../apiserver/storage/contract.ts';
import { type FieldError, type FieldPath, invalid, path } from '../../meta/field-error.ts';
import { StatusError } from '../../meta/status-error.ts';
import { pickFree, staticBand } from './free-values.ts';
import { needsHealthCheckNodePort, needsNodePort } from './service-needs.ts';
import type { Pool } from './service-pool.ts';

/** Completes nodePort of the ports that need one, and healthCheckNodePort, and returns them as claims. */
export function claimNodePorts(
  cluster: ClusterSettings,
  spec: IServiceSpec,
  pool: Pool,
  errors: FieldError[],
): Claim[] {
  const ports = spec.ports ?? [];
  const inUse = new Set([spec.healthCheckNodePort, ...ports.map(({ nodePort }) => nodePort)]);
  /** The port to hold: what is given, or a free one. undefined after an error. */
  const claim = (kind: string, given: number | undefined, at: FieldPath, preferred?: number): number | undefined => {
    if (given && !(pool.isPicked(String(given)) && pool.isTaken(String(given)))) {
      const problem = portProblem(cluster, given, pool);
      if (problem === undefined) return given;
      errors.push(invalid(at, given, problem));
      return undefined;
    }
    const free = preferred ?? pickPort(cluster, (port) => inUse.has(port) || pool.isTaken(String(port)));
    if (free === undefined) throw StatusError.internal(`failed to allocate a ${kind}: range is full`);
    pool.pick(String(free));
    inUse.add(free);
    return free;
  };
  const held = new Set<number>();
  const served = new Map<number, { nodePort: number; protocols: (string | undefined)[] }>();
  for (const [index, port] of ports.entries()) {
    // A load balancer without allocation holds only what the client chose.
    if (!needsNodePort(spec) && !(spec.type === 'LoadBalancer' && port.nodePort)) continue;
    // One node port serves a port in all its protocols, e.g. DNS over UDP and TCP.
    const sibling = served.get(port.port);
    const shared = sibling?.protocols.includes(port.protocol) ? undefined : sibling?.nodePort;
    const nodePort = claim(
      'nodePort',
      port.nodePort,
      path('spec').child('ports').index(index).child('nodePort'),
      shared,
    );
    if (nodePort === undefined) continue;
    port.nodePort = nodePort;
    held.add(nodePort);
    served.set(port.port, { nodePort, protocols: [...(sibling?.protocols ?? []), port.protocol] });
  }
  if (needsHealthCheckNodePort(spec)) {
    const nodePort = claim('HealthCheck NodePort', spec.healthCheckNodePort, path('spec').child('healthCheckNodePort'));
    if (nodePort !== undefined) {
      spec.healthCheckNodePort = nodePort;
      held.add(nodePort);
    }
  }
  return [...held].map((port) => ({ pool: pool.name, value: String(port) }));
}

function portProblem({ nodePortRange: [from, to] }: ClusterSettings, port: number, pool: Pool): string | undefined {
  if (pool.wasHeld(String(port))) return undefined;
  if (port < from || port > to) {
    return `provided port is not in the valid range. The range of valid ports is ${from}-${to}`;
  }
  return pool.isTaken(String(port)) ? 'provided port is already allocated' : undefined;
}

function pickPort(
  { nodePortRange: [from, to] }: ClusterSettings,
  isTaken: (port: number) => boolean,
): number | undefined {
  const band = staticBand(to - from + 1, { share: 32, min: 16, max: 128 });
  return pickFree({ from, preferredFrom: from + band, to }, isTaken);
}
