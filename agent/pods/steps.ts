/** The executor table: how each planned step is done. What a step cannot do now it holds back, with a reason. */
import type { Pod } from '../../src/client/resources.ts';
import { type Mount, type ObservedContainer, RuntimeUnavailable, StartError } from '../runtime/contract.ts';
import type { MountedVolumes } from '../volumes/contract.ts';
import { KeyedBackoff, MOUNT_BACKOFF, RESTART_BACKOFF, SANDBOX_BACKOFF } from './backoff.ts';
import type { PodContext } from './context.ts';
import { resolveEnvironment } from './environment.ts';
import { StartRefused } from './image.ts';
import { type PlannedMount, planMounts } from './mounts.ts';
import type { Step } from './plan.ts';
import { seccompOf } from './seccomp.ts';
import { serviceEnvironment } from './service-env.ts';
import { containerSpecOf, sandboxSpecOf } from './specs.ts';
import { type Container, podTitle } from './types.ts';

export interface Waiting {
  reason: string;
  message?: string;
  /** What the reason becomes while it waits, and when (milliseconds since the epoch). */
  next?: { reason: string; at: number };
}

/** A failure is told as what it is before it becomes a back-off: half of the first. */
const SHOWN_MS = 5_000;

/** What a worker remembers between passes; all of it can be lost. */
export interface PodMemory {
  mounted: MountedVolumes | undefined;
  /** Something that the volumes show has changed since they were mounted. */
  stale: boolean;
  holds: Map<string, number>;
  /** Reasons by container name. */
  waiting: Map<string, Waiting>;
  /** When and with what grace (seconds) a container was asked to end. */
  stopping: Map<string, { at: number; grace: number }>;
  restarts: KeyedBackoff;
  mounts: KeyedBackoff;
  sandboxes: KeyedBackoff;
}

export function createPodMemory(): PodMemory {
  return {
    mounted: undefined,
    stale: false,
    holds: new Map(),
    waiting: new Map(),
    stopping: new Map(),
    restarts: new KeyedBackoff(RESTART_BACKOFF),
    mounts: new KeyedBackoff(MOUNT_BACKOFF),
    sandboxes: new KeyedBackoff(SANDBOX_BACKOFF),
  };
}

export interface StepEnvironment {
  context: PodContext;
  pod: Pod;
  memory: PodMemory;
  /** Aborts what takes long when the pod is to end. */
  signal: AbortSignal;
  /** Before something slow: tells the API what is known so far. */
  report(): Promise<void>;
  /** Asks for a pass that brings the volumes up to date. */
  remount(): void;
}

/** Milliseconds before a container whose configuration is at fault is tried again. */
const CONFIG_RETRY_MS = 10_000;

type Executor<K extends Step['kind']> = (env: StepEnvironment, step: Extract<Step, { kind: K }>) => Promise<void>;

const EXECUTORS: { [K in Exclude<Step['kind'], 'finish'>]: Executor<K> } = {
  mount,
  runSandbox,
  start,
  stop,
  async kill({ context }, { target }) {
    await context.runtime.signal(target.id, 'kill');
  },
  async remove({ context }, { target }) {
    await context.runtime.remove(target.id);
  },
};

/** Throws only RuntimeUnavailable: everything else becomes a hold. */
export async function executeStep(env: StepEnvironment, step: Exclude<Step, { kind: 'finish' }>): Promise<void> {
  await (EXECUTORS[step.kind] as (env: StepEnvironment, step: Step) => Promise<void>)(env, step);
}

async function mount({ context, pod, memory, remount }: StepEnvironment): Promise<void> {
  const now = Date.now();
  // Before, not after: what changes while the volumes are written is not in them.
  memory.stale = false;
  try {
    memory.mounted = await context.volumes.mount(pod);
    context.follower.follow(pod.metadata.uid ?? '', memory.mounted.sources, remount);
    memory.mounts.forget('volumes');
    memory.holds.delete('volumes');
  } catch (error) {
    memory.stale = true;
    if (error instanceof RuntimeUnavailable) throw error;
    memory.mounts.next('volumes', now, now);
    memory.holds.set('volumes', memory.mounts.until('volumes', now));
    context.events.record(pod, 'Warning', 'FailedMount', messageOf(error));
  }
}

async function runSandbox({ context, pod, memory }: StepEnvironment, step: Extract<Step, { kind: 'runSandbox' }>) {
  const now = Date.now();
  if (step.changed) {
    const message = 'Pod sandbox changed, it will be killed and re-created.';
    context.events.record(pod, 'Normal', 'SandboxChanged', message);
  }
  const notReady = pod.spec?.hostNetwork ? undefined : context.network.notReady();
  try {
    if (notReady !== undefined) throw new StartError(notReady);
    await context.runtime.runSandbox(sandboxSpecOf(pod, step.attempt));
    memory.sandboxes.forget('sandbox');
    memory.holds.delete('sandbox');
    await context.network.sandboxStarted();
  } catch (error) {
    if (error instanceof RuntimeUnavailable) throw error;
    memory.sandboxes.next('sandbox', now, now);
    memory.holds.set('sandbox', memory.sandboxes.until('sandbox', now));
    const message = `Failed to create pod sandbox: ${messageOf(error)}`;
    context.events.record(pod, 'Warning', 'FailedCreatePodSandBox', message);
  }
}

async function start(env: StepEnvironment, step: Extract<Step, { kind: 'start' }>): Promise<void> {
  const { context, pod, memory, signal } = env;
  const { container } = step;
  const record = (type: 'Normal' | 'Warning', reason: string, message: string) =>
    context.events.record(pod, type, reason, message, fieldPathOf(container.name, step.init));
  try {
    await env.report();
    const image = await context.images.ensure(pod, container, record, signal);
    const id = await create(env, step, image);
    record('Normal', 'Created', 'Container created');
    if (step.failedAt !== undefined) memory.restarts.next(container.name, step.failedAt, Date.now());
    await context.runtime.start(id);
    record('Normal', 'Started', 'Container started');
    memory.waiting.delete(container.name);
    memory.holds.delete(container.name);
    await runPostStart(env, container, id, step.sandbox);
  } catch (error) {
    if (error instanceof RuntimeUnavailable) throw error;
    if (error instanceof StartError) {
      // The container is there, dead: the next pass finds it and backs off.
      memory.waiting.delete(container.name);
      record('Warning', 'Failed', `Error: ${error.message}`);
      return;
    }
    if (signal.aborted) return;
    const refused = error instanceof StartRefused ? error : refusalOf(error);
    memory.waiting.set(container.name, {
      reason: refused.reason,
      message: refused.message,
      ...(refused.waitingReason === undefined
        ? {}
        : { next: { reason: refused.waitingReason, at: Date.now() + SHOWN_MS } }),
    });
    memory.holds.set(container.name, refused.retryAt);
    const isConfig = refused.reason.startsWith('CreateContainer');
    record('Warning', 'Failed', `Error: ${isConfig ? refused.message : refused.reason}`);
  }
}

async function create(
  { context, pod, memory }: StepEnvironment,
  step: Extract<Step, { kind: 'start' }>,
  image: Parameters<typeof containerSpecOf>[2]['image'],
): Promise<string> {
  const { container, sandbox, attempt, init } = step;
  const links = pod.spec?.enableServiceLinks ?? true;
  const services = serviceEnvironment(context.services, pod.metadata.namespace ?? '', links);
  const podIp = pod.spec?.hostNetwork ? context.node.hostIp : (sandbox.ip ?? '');
  const { objects, node } = context;
  const env = await resolveEnvironment(pod, container, { objects, services, node, podIp });
  const spec = containerSpecOf(pod, container, {
    sandboxId: sandbox.id,
    kind: init ? 'init' : 'container',
    attempt,
    env,
    mounts: await bindMounts(context, pod, planMounts(container, memory.mounted?.volumes ?? new Map(), env), container),
    seccomp: await seccompOf(pod, container, context.seccompFolder),
    image,
    nodeMemory: node.memory,
  });
  try {
    return await context.runtime.createContainer(spec);
  } catch (error) {
    if (error instanceof RuntimeUnavailable) throw error;
    throw new StartRefused('CreateContainerError', messageOf(error), Date.now() + CONFIG_RETRY_MS);
  }
}

async function bindMounts(
  { volumes, log }: PodContext,
  pod: Pod,
  planned: readonly PlannedMount[],
  container: Container,
): Promise<Mount[]> {
  const mounts: Mount[] = [];
  for (const { target, readOnly, ...mount } of planned) {
    let { source } = mount;
    try {
      if (mount.subPath !== '') {
        source = await volumes.bindSubPath(pod.metadata.uid ?? '', { ...mount, container: container.name });
      }
    } catch (error) {
      const { cause } = error as Error;
      log.warn({ pod: podTitle(pod), err: messageOf(cause ?? error) }, messageOf(error));
      throw error;
    }
    mounts.push({ source, target, readOnly });
  }
  return mounts;
}

function refusalOf(error: unknown): StartRefused {
  return new StartRefused('CreateContainerConfigError', messageOf(error), Date.now() + CONFIG_RETRY_MS);
}

async function runPostStart(
  { context, pod }: StepEnvironment,
  container: Container,
  id: string,
  sandbox: ObservedContainer,
): Promise<void> {
  const handler = container.lifecycle?.postStart;
  if (handler === undefined) return;
  const grace = pod.spec?.terminationGracePeriodSeconds ?? 30;
  const { healthy } = await runHandler(context, pod, container, handler, id, sandbox.ip, Math.max(grace, 30));
  if (healthy) return;
  const path = fieldPathOf(container.name, false);
  context.events.record(pod, 'Warning', 'FailedPostStartHook', 'PostStartHook failed', path);
  context.events.record(pod, 'Normal', 'Killing', 'FailedPostStartHook', path);
  await context.runtime.signal(id, 'kill');
}

async function stop(
  { context, pod, memory }: StepEnvironment,
  { target, graceSeconds, message }: Extract<Step, { kind: 'stop' }>,
): Promise<void> {
  const path = fieldPathOf(target.container, target.kind === 'init');
  context.events.record(pod, 'Normal', 'Killing', message, path);
  memory.stopping.set(target.id, { at: Date.now(), grace: graceSeconds });
  const container = pod.spec?.containers.find(({ name }) => name === target.container);
  const handler = container?.lifecycle?.preStop;
  if (container !== undefined && handler !== undefined && target.kind === 'container' && graceSeconds > 1) {
    const { healthy } = await runHandler(context, pod, container, handler, target.id, pod.status?.podIP, graceSeconds);
    if (!healthy) context.events.record(pod, 'Warning', 'FailedPreStopHook', 'PreStopHook failed', path);
  }
  await context.runtime.signal(target.id, graceSeconds === 0 ? 'kill' : 'stop');
}

type Handler = NonNullable<NonNullable<Container['lifecycle']>['preStop']>;

async function runHandler(
  context: PodContext,
  pod: Pod,
  container: Container,
  handler: Handler,
  containerId: string,
  podIp: string | undefined,
  seconds: number,
): Promise<{ healthy: boolean }> {
  if (handler.sleep) {
    const duration = Math.min(handler.sleep.seconds, seconds) * 1000;
    await new Promise((resolve) => setTimeout(resolve, duration));
    return { healthy: true };
  }
  const ports = new Map((container.ports ?? []).map(({ name, containerPort }) => [name ?? '', containerPort]));
  const address = pod.spec?.hostNetwork ? context.node.hostIp : (podIp ?? '');
  return context.probe({ ...handler, timeoutSeconds: seconds }, { containerId, podIp: address, ports });
}

export function fieldPathOf(container: string, init: boolean): string {
  return `spec.${init ? 'initContainers' : 'containers'}{${container}}`;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
