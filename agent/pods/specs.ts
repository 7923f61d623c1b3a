/** Pure: a pod's sandbox and containers as the runtime is to make them. */
import { createHash } from 'node:crypto';
import type { Pod } from '../../src/client/resources.ts';
import { quantityMillis, quantityValue } from '../../src/meta/quantity.ts';
import type {
  ContainerIdentity,
  ContainerKind,
  ContainerSpec,
  ImageInfo,
  Mount,
  SandboxSpec,
} from '../runtime/contract.ts';
import { ConfigError } from './environment.ts';
import { expand } from './expand.ts';
import type { Container } from './types.ts';

/** Of what makes a running container another one when it changes; as the kubelet's, only name and image. */
export function containerHash(container: Container): string {
  return createHash('sha256')
    .update(JSON.stringify([container.name, container.image]))
    .digest('hex')
    .slice(0, 16);
}

export function identityFor(
  pod: Pod,
  kind: ContainerKind,
  container: Container | undefined,
  attempt: number,
): ContainerIdentity {
  return {
    kind,
    podUid: pod.metadata.uid ?? '',
    podName: pod.metadata.name ?? '',
    podNamespace: pod.metadata.namespace ?? '',
    container: container?.name ?? '',
    attempt,
    hash: container === undefined ? '' : containerHash(container),
  };
}

const HOSTNAME_LENGTH = 63;

export function sandboxSpecOf(pod: Pod, attempt: number): SandboxSpec {
  const { spec } = pod;
  const name = spec?.hostname || pod.metadata.name || '';
  const policy = spec?.dnsConfig;
  return {
    identity: identityFor(pod, 'sandbox', undefined, attempt),
    hostname: name.slice(0, HOSTNAME_LENGTH).replace(/[-.]+$/, ''),
    hostNetwork: spec?.hostNetwork ?? false,
    hostPid: spec?.hostPID ?? false,
    hostIpc: spec?.hostIPC ?? false,
    ports: (spec?.containers ?? []).flatMap(({ ports = [] }) =>
      ports
        .filter(({ hostPort }) => hostPort)
        .map(({ hostIP, hostPort, containerPort, protocol }) => ({
          hostIp: hostIP ?? '',
          hostPort: hostPort!,
          containerPort,
          protocol: (protocol ?? 'TCP').toLowerCase() as 'tcp' | 'udp' | 'sctp',
        })),
    ),
    extraHosts: (spec?.hostAliases ?? []).flatMap(({ ip, hostnames = [] }) => hostnames.map((host) => `${host}:${ip}`)),
    dns: {
      servers: policy?.nameservers ?? [],
      searches: policy?.searches ?? [],
      options: (policy?.options ?? []).map(({ name: option, value }) =>
        value ? `${option}:${value}` : (option ?? ''),
      ),
    },
    sysctls: Object.fromEntries((spec?.securityContext?.sysctls ?? []).map((sysctl) => [sysctl.name, sysctl.value])),
  };
}

export interface ContainerContext {
  sandboxId: string;
  kind: 'container' | 'init';
  attempt: number;
  env: ReadonlyMap<string, string>;
  mounts: Mount[];
  seccomp: ContainerSpec['seccomp'];
  image: ImageInfo;
  /** Bytes, of the node: for the OOM score. */
  nodeMemory: number;
}

/** Throws ConfigError for what cannot be run as it is written. */
export function containerSpecOf(pod: Pod, container: Container, context: ContainerContext): ContainerSpec {
  const { env } = context;
  const security = container.securityContext;
  const podSecurity = pod.spec?.securityContext;
  const resolve = (text: string) => expand(text, (name) => env.get(name));
  const user = userOf(pod, container, context.image);
  const groups = [...(podSecurity?.supplementalGroups ?? [])];
  if (podSecurity?.fsGroup !== undefined) groups.push(podSecurity.fsGroup);
  return {
    identity: identityFor(pod, context.kind, container, context.attempt),
    sandboxId: context.sandboxId,
    image: container.image ?? '',
    ...(container.command?.length ? { entrypoint: container.command.map(resolve) } : {}),
    ...(container.args?.length ? { args: container.args.map(resolve) } : {}),
    env: [...env].map(([name, value]) => `${name}=${value}`),
    ...(container.workingDir ? { workingDir: container.workingDir } : {}),
    tty: container.tty ?? false,
    stdin: container.stdin ?? false,
    stdinOnce: container.stdinOnce ?? false,
    mounts: context.mounts,
    resources: resourcesOf(pod, container, context.nodeMemory),
    ...(user === undefined ? {} : { user }),
    groups: groups.map(String),
    privileged: security?.privileged ?? false,
    readOnlyRootFilesystem: security?.readOnlyRootFilesystem ?? false,
    addCapabilities: security?.capabilities?.add ?? [],
    dropCapabilities: security?.capabilities?.drop ?? [],
    noNewPrivileges: security?.allowPrivilegeEscalation === false,
    seccomp: context.seccomp,
    shareProcessNamespace: pod.spec?.shareProcessNamespace ?? false,
    hostPid: pod.spec?.hostPID ?? false,
    hostIpc: pod.spec?.hostIPC ?? false,
  };
}

function userOf(pod: Pod, container: Container, image: ImageInfo): string | undefined {
  const security = container.securityContext;
  const podSecurity = pod.spec?.securityContext;
  const uid = security?.runAsUser ?? podSecurity?.runAsUser;
  const gid = security?.runAsGroup ?? podSecurity?.runAsGroup;
  const title = `(pod: "${pod.metadata.name}_${pod.metadata.namespace}(${pod.metadata.uid})", container: ${container.name})`;
  if (security?.runAsNonRoot ?? podSecurity?.runAsNonRoot) {
    const imageUser = image.user.split(':')[0] ?? '';
    if (uid === 0) throw new ConfigError(`container's runAsUser breaks non-root policy ${title}`);
    if (uid === undefined && (imageUser === '' || imageUser === '0' || imageUser === 'root')) {
      throw new ConfigError(`container has runAsNonRoot and image will run as root ${title}`);
    }
    if (uid === undefined && !/^\d+$/.test(imageUser)) {
      throw new ConfigError(
        `container has runAsNonRoot and image has non-numeric user (${imageUser}), cannot verify user is non-root ${title}`,
      );
    }
  }
  if (uid === undefined && gid === undefined) return undefined;
  const base = uid === undefined ? image.user.split(':')[0] || '0' : String(uid);
  return gid === undefined ? base : `${base}:${gid}`;
}

const MIN_SHARES = 2;
const MIN_QUOTA = 1000;

/** CPU as shares of 1024 a core and quota of 100 ms a core; the OOM score by quality of service, as the kubelet's. */
export function resourcesOf(pod: Pod, container: Container, nodeMemory: number): ContainerSpec['resources'] {
  const { limits = {}, requests = {} } = container.resources ?? {};
  const request = requests.cpu ?? limits.cpu;
  const memory = limits.memory === undefined ? 0 : quantityValue(limits.memory);
  const memoryRequest = requests.memory ?? limits.memory;
  return {
    cpuShares: Math.max(MIN_SHARES, Math.floor(((request === undefined ? 0 : quantityMillis(request)) * 1024) / 1000)),
    cpuQuota: limits.cpu === undefined ? 0 : Math.max(MIN_QUOTA, quantityMillis(limits.cpu) * 100),
    memory,
    oomScoreAdj: oomScore(pod, memoryRequest === undefined ? 0 : quantityValue(memoryRequest), nodeMemory),
  };
}

function oomScore(pod: Pod, memoryRequest: number, nodeMemory: number): number {
  switch (pod.status?.qosClass) {
    case 'Guaranteed':
      return -997;
    case 'BestEffort':
      return 1000;
    default:
      return Math.min(999, Math.max(3, 1000 - Math.floor((1000 * memoryRequest) / nodeMemory)));
  }
}
