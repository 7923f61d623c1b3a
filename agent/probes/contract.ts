import type { Pod } from '../../src/client/resources.ts';

type Container = NonNullable<Pod['spec']>['containers'][number];
export type Probe = NonNullable<Container['livenessProbe']>;

export type ProbeKind = 'Liveness' | 'Readiness' | 'Startup';

/** What a probe has found; `output` is for the Unhealthy event. */
export interface ProbeOutcome {
  healthy: boolean;
  output: string;
}

export interface ProbeTarget {
  containerId: string;
  podIp: string;
  /** Ports of the container by name. */
  ports: ReadonlyMap<string, number>;
}

/** Runs one probe once. Never throws for an unhealthy target. */
export type RunProbe = (probe: Probe, target: ProbeTarget) => Promise<ProbeOutcome>;
