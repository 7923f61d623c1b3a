/** Which allocated values a type of Service has. */
import type { IServiceSpec } from 'kubernetes-models/v1/ServiceSpec';

export function needsClusterIP({ type }: IServiceSpec): boolean {
  return type !== 'ExternalName';
}

export function needsNodePort({ type, allocateLoadBalancerNodePorts }: IServiceSpec): boolean {
  return type === 'NodePort' || (type === 'LoadBalancer' && allocateLoadBalancerNodePorts !== false);
}

/** A port of the node where load balancers ask for its health, when traffic stays on the node. */
export function needsHealthCheckNodePort({ type, externalTrafficPolicy }: IServiceSpec): boolean {
  return type === 'LoadBalancer' && externalTrafficPolicy === 'Local';
}

/** Whether traffic from outside the cluster can come in. */
export function isExternallyAccessible({ type, externalIPs }: IServiceSpec): boolean {
  return type === 'LoadBalancer' || type === 'NodePort' || (type === 'ClusterIP' && (externalIPs?.length ?? 0) > 0);
}

export function isHeadless({ clusterIP, clusterIPs }: IServiceSpec): boolean {
  return clusterIP === 'None' || clusterIPs?.[0] === 'None';
}
