import type { Pod } from '../../src/client/resources.ts';

/**
 * What this node cannot do for a pod yet, in words for its owner; undefined when it can run all of it. Nothing is left out
 * silently: such a pod stays Pending.
 */
export function findUnsupported(pod: Pod): string | undefined {
  const { spec } = pod;
  if (spec === undefined) return undefined;
  if ((spec.initContainers ?? []).some((each) => each.restartPolicy !== undefined)) {
    return 'sidecar containers (initContainers with a restartPolicy) are not supported by this node';
  }
  for (const { name, startupProbe, livenessProbe, readinessProbe, ...container } of spec.containers) {
    for (const probe of [startupProbe, livenessProbe, readinessProbe]) {
      if (probe?.grpc) return `container ${name}: gRPC probes are not supported by this node`;
    }
    if ((container.volumeDevices ?? []).length > 0) {
      return `container ${name}: volumeDevices are not supported by this node`;
    }
    if (container.lifecycle?.preStop?.tcpSocket || container.lifecycle?.postStart?.tcpSocket) {
      return `container ${name}: tcpSocket lifecycle handlers are not supported by this node`;
    }
  }
  if ((spec.resourceClaims ?? []).length > 0) return 'resourceClaims are not supported by this node';
  return undefined;
}
