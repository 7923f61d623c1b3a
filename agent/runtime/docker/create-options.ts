/** Pure: the Engine API's create bodies of our specs. */
import type { ContainerCreateOptions } from 'dockerode';
import type { ContainerSpec, SandboxSpec } from '../contract.ts';
import { containerName, labelsOf } from './labels.ts';

/** As the kubelet rotates: bounded, and readable through the Engine API. */
const LOG_CONFIG = { Type: 'json-file', Config: { 'max-size': '10m', 'max-file': '3' } };
const NO_HEALTHCHECK = { Test: ['NONE'] };
const CPU_PERIOD = 100_000;

export interface CreateContext {
  cluster: string;
  network: string;
  pauseImage: string;
  /** The lowest OOM score that this machine allows. */
  lowestOomScore: number;
}

export function sandboxOptions(
  { cluster, network, pauseImage, lowestOomScore }: CreateContext,
  spec: SandboxSpec,
): ContainerCreateOptions {
  const ports = spec.hostNetwork ? [] : spec.ports;
  const bindings: Record<string, { HostIp: string; HostPort: string }[]> = {};
  for (const { containerPort, protocol, hostIp, hostPort } of ports) {
    const key = `${containerPort}/${protocol}`;
    bindings[key] = [...(bindings[key] ?? []), { HostIp: hostIp, HostPort: String(hostPort) }];
  }
  return {
    name: containerName(cluster, spec.identity),
    Image: pauseImage,
    Labels: labelsOf(cluster, spec.identity),
    ...(spec.hostNetwork ? {} : { Hostname: spec.hostname }),
    ExposedPorts: Object.fromEntries(Object.keys(bindings).map((key) => [key, {}])),
    Healthcheck: NO_HEALTHCHECK,
    HostConfig: {
      NetworkMode: spec.hostNetwork ? 'host' : network,
      PortBindings: bindings,
      IpcMode: spec.hostIpc ? 'host' : 'shareable',
      PidMode: spec.hostPid ? 'host' : '',
      ExtraHosts: spec.extraHosts,
      Dns: spec.dns.servers,
      DnsSearch: spec.dns.searches,
      DnsOptions: spec.dns.options,
      Sysctls: spec.sysctls,
      RestartPolicy: { Name: 'no' },
      LogConfig: { Type: 'none', Config: {} },
      ReadonlyRootfs: true,
      CapDrop: ['ALL'],
      SecurityOpt: ['no-new-privileges'],
      CpuShares: 2,
      // The last to be killed for want of memory: all of the pod would go with it.
      OomScoreAdj: Math.max(-998, lowestOomScore),
    },
  };
}

export function containerOptions(
  { cluster, lowestOomScore }: CreateContext,
  spec: ContainerSpec,
): ContainerCreateOptions {
  const { resources } = spec;
  const join = `container:${spec.sandboxId}`;
  const securityOptions = [
    ...(spec.noNewPrivileges ? ['no-new-privileges'] : []),
    // Without an option Docker takes its own profile.
    ...(spec.seccomp === 'default'
      ? []
      : [`seccomp=${spec.seccomp === 'unconfined' ? spec.seccomp : spec.seccomp.profile}`]),
  ];
  return {
    name: containerName(cluster, spec.identity),
    Image: spec.image,
    Labels: labelsOf(cluster, spec.identity),
    Env: spec.env,
    ...(spec.entrypoint === undefined ? {} : { Entrypoint: spec.entrypoint }),
    // An entrypoint of the pod's own drops the image's arguments too.
    ...(spec.args === undefined ? (spec.entrypoint === undefined ? {} : { Cmd: [] }) : { Cmd: spec.args }),
    ...(spec.workingDir === undefined ? {} : { WorkingDir: spec.workingDir }),
    ...(spec.user === undefined ? {} : { User: spec.user }),
    Tty: spec.tty,
    OpenStdin: spec.stdin,
    StdinOnce: spec.stdinOnce,
    Healthcheck: NO_HEALTHCHECK,
    HostConfig: {
      NetworkMode: join,
      IpcMode: spec.hostIpc ? 'host' : join,
      PidMode: spec.hostPid ? 'host' : spec.shareProcessNamespace ? join : '',
      RestartPolicy: { Name: 'no' },
      LogConfig: LOG_CONFIG,
      Mounts: spec.mounts.map(({ source, target, readOnly }) => ({
        Type: 'bind' as const,
        Source: source,
        Target: target,
        ReadOnly: readOnly,
      })),
      CpuShares: resources.cpuShares,
      ...(resources.cpuQuota > 0 ? { CpuPeriod: CPU_PERIOD, CpuQuota: resources.cpuQuota } : {}),
      // Swap equal to memory means none: the limit is the whole of it.
      ...(resources.memory > 0 ? { Memory: resources.memory, MemorySwap: resources.memory } : {}),
      OomScoreAdj: Math.max(resources.oomScoreAdj, lowestOomScore),
      GroupAdd: spec.groups,
      Privileged: spec.privileged,
      ReadonlyRootfs: spec.readOnlyRootFilesystem,
      CapAdd: spec.addCapabilities,
      CapDrop: spec.dropCapabilities,
      SecurityOpt: securityOptions,
    },
  };
}
