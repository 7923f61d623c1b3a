import type { Pod } from '../client/resources.ts';

/** A port of the node that a pod takes. */
export interface HostPort {
  /** '0.0.0.0' is every address of the node. */
  ip: string;
  protocol: string;
  port: number;
}

const ANY = '0.0.0.0';

/** Host ports of containers and sidecars; ordinary init containers' are free again when the others start. */
export function hostPorts(pod: Pod): HostPort[] {
  const sidecars = (pod.spec?.initContainers ?? []).filter(({ restartPolicy }) => restartPolicy === 'Always');
  return [...sidecars, ...(pod.spec?.containers ?? [])].flatMap(({ ports }) =>
    (ports ?? [])
      .filter(({ hostPort }) => hostPort !== undefined && hostPort > 0)
      .map(({ hostIP, protocol, hostPort }) => ({
        ip: hostIP === undefined || hostIP === '' || hostIP === '::' ? ANY : hostIP,
        protocol: protocol ?? 'TCP',
        port: hostPort!,
      })),
  );
}

/** Whether both cannot be had at once: same port and protocol, on the same or on all addresses. */
export function conflicts(a: HostPort, b: HostPort): boolean {
  return a.port === b.port && a.protocol === b.protocol && (a.ip === b.ip || a.ip === ANY || b.ip === ANY);
}
