/** Cluster IPs and node ports of services, each held by one service of the tenant. */
import type { IService } from 'kubernetes-models/v1/Service';
import type { IServiceSpec } from 'kubernetes-models/v1/ServiceSpec';
import type { AllocationAttempt, ClusterSettings } from '../../apiserver/registry/contract.ts';
import type { Claim } from '../../apiserver/storage/contract.ts';
import type { FieldError } from '../../meta/field-error.ts';
import type { Stored } from '../built-in.ts';
import { claimClusterIPs } from './service-cluster-ips.ts';
import { familyErrors } from './service-families.ts';
import { claimNodePorts } from './service-node-ports.ts';
import type { Pool } from './service-pool.ts';

/**
 * Assigns what the spec leaves open and returns all that the service holds, or why it cannot be given what it asks. Throws
 * upstream's InternalError when a pool is full.
 */
export function allocateService(
  cluster: ClusterSettings,
  service: Stored<IService>,
  old: Stored<IService> | undefined,
  attempt: AllocationAttempt,
): { claims: Claim[]; errors?: FieldError[] } {
  const { spec } = service;
  if (spec === undefined) return { claims: [] };
  const errors = familyErrors(cluster, spec);
  if (errors.length > 0) return { claims: [], errors };
  const pool = (name: string, held: ReadonlySet<string>): Pool => ({
    name,
    isTaken: (value) => attempt.isTaken(name, value),
    isPicked: (value) => attempt.isPicked(name, value),
    wasHeld: (value) => held.has(value),
    pick: (value) => attempt.pick(name, value),
  });
  const claims = [
    ...claimClusterIPs(cluster, spec, pool('clusterIP', new Set(old?.spec?.clusterIPs)), errors),
    ...claimNodePorts(cluster, spec, pool('nodePort', new Set(nodePorts(old?.spec))), errors),
  ];
  return errors.length === 0 ? { claims } : { claims: [], errors };
}

function nodePorts(spec: IServiceSpec | undefined): string[] {
  const ports = [spec?.healthCheckNodePort, ...(spec?.ports ?? []).map(({ nodePort }) => nodePort)];
  return ports.flatMap((port) => (port ? [String(port)] : []));
}
