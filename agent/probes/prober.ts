/** Runs the probes of running containers and keeps their verdicts. One timer a probe, none for containers without. */

import type { Pod } from '../../src/client/resources.ts';
import { guarded } from '../../src/meta/guard.ts';
import type { Probe, ProbeKind, ProbeOutcome, ProbeTarget, RunProbe } from './contract.ts';

type Container = NonNullable<Pod['spec']>['containers'][number];

export interface ProberOptions {
  run: RunProbe;
  /** A verdict has changed. */
  onChange: () => void;
  onUnhealthy: (container: Container, kind: ProbeKind, output: string) => void;
}

interface Watched {
  container: Container;
  target: ProbeTarget;
  started: boolean;
  ready: boolean;
  /** Set once a liveness or startup probe has given the container up. */
  verdict?: string;
  timers: Set<ReturnType<typeof setTimeout>>;
}

/** A running container that is to be probed. */
export interface Probed {
  id: string;
  startedAt: number;
  container: Container;
  podIp: string;
  /** What was last reported of this very container, by an agent before this one; absent for one that has just begun. */
  reported?: { started: boolean; ready: boolean };
}

/** The probes of one pod. */
export class Prober {
  readonly #options: ProberOptions;
  readonly #watched = new Map<string, Watched>();

  constructor(options: ProberOptions) {
    this.#options = options;
  }

  /** Starts and stops probes so that exactly these containers are probed. */
  sync(running: readonly Probed[]): void {
    const ids = new Set(running.map(({ id }) => id));
    for (const id of [...this.#watched.keys()]) if (!ids.has(id)) this.#drop(id);
    for (const { id, startedAt, container, podIp, reported } of running) {
      const { startupProbe, livenessProbe, readinessProbe } = container;
      if (this.#watched.has(id) || !(startupProbe ?? livenessProbe ?? readinessProbe)) continue;
      const ports = new Map((container.ports ?? []).map(({ name, containerPort }) => [name ?? '', containerPort]));
      const watched: Watched = {
        container,
        target: { containerId: id, podIp, ports },
        // An agent that starts again is no reason to take a pod out of its services, as upstream since 1.35.
        started: startupProbe === undefined || reported?.started === true,
        ready: readinessProbe === undefined || reported?.ready === true,
        timers: new Set(),
      };
      this.#watched.set(id, watched);
      if (startupProbe && !watched.started) this.#loop(watched, 'Startup', startupProbe, startedAt);
      if (livenessProbe) this.#loop(watched, 'Liveness', livenessProbe, startedAt);
      if (readinessProbe) this.#loop(watched, 'Readiness', readinessProbe, startedAt);
    }
  }

  /** Of probed containers, by id. */
  verdicts(): Map<string, { started: boolean; ready: boolean }> {
    return new Map([...this.#watched].map(([id, { started, ready }]) => [id, { started, ready }]));
  }

  /** Why containers must be restarted, by id. */
  unhealthy(): Map<string, string> {
    const found = new Map<string, string>();
    for (const [id, { verdict }] of this.#watched) if (verdict !== undefined) found.set(id, verdict);
    return found;
  }

  stop(): void {
    for (const id of [...this.#watched.keys()]) this.#drop(id);
  }

  #drop(id: string): void {
    for (const timer of this.#watched.get(id)?.timers ?? []) clearTimeout(timer);
    this.#watched.delete(id);
  }

  #loop(watched: Watched, kind: ProbeKind, probe: Probe, startedAt: number): void {
    const period = (probe.periodSeconds ?? 10) * 1000;
    let failures = 0;
    let successes = 0;
    const schedule = (delay: number) => {
      const timer = setTimeout(
        guarded('probe', () => {
          watched.timers.delete(timer);
          return once();
        }),
        delay,
      );
      watched.timers.add(timer);
    };
    const once = async () => {
      if (this.#watched.get(watched.target.containerId) !== watched || watched.verdict !== undefined) return;
      // Liveness and readiness wait for a startup probe.
      if (kind !== 'Startup' && !watched.started) return schedule(Math.min(period, 1000));
      const outcome = await this.#options.run(probe, watched.target);
      if (this.#watched.get(watched.target.containerId) !== watched) return;
      failures = outcome.healthy ? 0 : failures + 1;
      successes = outcome.healthy ? successes + 1 : 0;
      this.#judge(watched, kind, probe, outcome, failures, successes);
      if (!(kind === 'Startup' && watched.started)) schedule(period);
    };
    const initial = (probe.initialDelaySeconds ?? 0) * 1000 - (Date.now() - startedAt);
    schedule(Math.max(0, initial));
  }

  #judge(watched: Watched, kind: ProbeKind, probe: Probe, outcome: ProbeOutcome, failures: number, successes: number) {
    const { container } = watched;
    if (!outcome.healthy) this.#options.onUnhealthy(container, kind, `${kind} probe failed: ${outcome.output}`);
    const failed = failures >= (probe.failureThreshold ?? 3);
    const passed = successes >= (probe.successThreshold ?? 1);
    const before = JSON.stringify([watched.started, watched.ready, watched.verdict]);
    if (kind === 'Readiness') {
      if (passed) watched.ready = true;
      else if (failed) watched.ready = false;
    } else if (failed) {
      watched.verdict = `Container ${container.name} failed ${kind.toLowerCase()} probe, will be restarted`;
    } else if (kind === 'Startup' && passed) watched.started = true;
    if (JSON.stringify([watched.started, watched.ready, watched.verdict]) !== before) this.#options.onChange();
  }
}
