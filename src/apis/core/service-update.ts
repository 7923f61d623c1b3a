/** What an update of a service keeps or gives up of allocated values (upstream's service storage). */
import type { IServiceSpec } from 'kubernetes-models/v1/ServiceSpec';
import { deepEqual } from '../../meta/equal.ts';
import { isExternallyAccessible, needsClusterIP, needsHealthCheckNodePort, needsNodePort } from './service-needs.ts';

/** Values that were allocated stay when a client leaves them out, so that replacing a service needs no read first. */
export function keepAllocated(spec: IServiceSpec, old: IServiceSpec): void {
  if (needsClusterIP(old) && needsClusterIP(spec)) {
    if (!spec.clusterIP && old.clusterIP) spec.clusterIP = old.clusterIP;
    if ((spec.clusterIPs?.length ?? 0) === 0 && spec.clusterIP === old.clusterIP && old.clusterIPs !== undefined) {
      spec.clusterIPs = [...old.clusterIPs];
    }
  }
  if (needsNodePort(old) && needsNodePort(spec)) {
    const stillUsed = new Set((spec.ports ?? []).map(({ nodePort }) => nodePort));
    const byName = new Map((old.ports ?? []).map(({ name, nodePort }) => [name ?? '', nodePort]));
    for (const port of spec.ports ?? []) {
      const before = byName.get(port.name ?? '');
      if (!port.nodePort && before && !stillUsed.has(before)) port.nodePort = before;
    }
  }
  if (needsHealthCheckNodePort(old) && needsHealthCheckNodePort(spec) && old.healthCheckNodePort) {
    spec.healthCheckNodePort ||= old.healthCheckNodePort;
  }
}

/** clusterIP is clusterIPs[0]; a change of one alone changes the other. */
export function alignClusterIPs(spec: IServiceSpec, old?: IServiceSpec): void {
  const { clusterIP = '', clusterIPs = [] } = spec;
  if (old === undefined) {
    if (clusterIP !== '' && clusterIPs.length === 0) spec.clusterIPs = [clusterIP];
    return;
  }
  if (clusterIP === (old.clusterIP ?? '') || !deepEqual(clusterIPs, old.clusterIPs ?? [])) return;
  if (clusterIP === '') delete spec.clusterIPs;
  else spec.clusterIPs = [clusterIP, ...clusterIPs.slice(1)];
}

/** Drops what the new type has no use for, unless the client changed it, which validation is to refuse. */
export function dropUnneeded(spec: IServiceSpec, old: IServiceSpec): void {
  const unchanged = (field: keyof IServiceSpec) => deepEqual(spec[field], old[field]);
  const drop = (...fields: (keyof IServiceSpec)[]) => {
    for (const field of fields) if (unchanged(field)) delete spec[field];
  };
  if (needsClusterIP(old) && !needsClusterIP(spec)) drop('clusterIP', 'clusterIPs', 'ipFamilies', 'ipFamilyPolicy');
  const samePorts = deepEqual(nodePorts(spec), nodePorts(old));
  if (needsNodePort(old) && !needsNodePort(spec) && samePorts)
    for (const port of spec.ports ?? []) delete port.nodePort;
  if (needsHealthCheckNodePort(old) && !needsHealthCheckNodePort(spec)) drop('healthCheckNodePort');
  if (old.type === 'LoadBalancer' && spec.type !== 'LoadBalancer') {
    drop('allocateLoadBalancerNodePorts', 'loadBalancerClass');
  }
  if (isExternallyAccessible(old) && !isExternallyAccessible(spec)) drop('externalTrafficPolicy');
}

function nodePorts({ ports = [] }: IServiceSpec): (number | undefined)[] {
  return ports.map(({ nodePort }) => nodePort);
}
