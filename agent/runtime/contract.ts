/** What the agent needs of a container runtime. runtime/docker/ is the one implementation. */

export type ContainerKind = 'sandbox' | 'init' | 'container';

/** Who a container of ours is; kept on its labels, so that nothing about it is lost when the agent is. */
export interface ContainerIdentity {
  kind: ContainerKind;
  podUid: string;
  podName: string;
  podNamespace: string;
  /** Name in the pod's spec; '' for the sandbox. */
  container: string;
  /** How often this container of the pod was started before: RESTARTS. */
  attempt: number;
  /** Of the container's spec: another hash means that it must be created anew. */
  hash: string;
}

export interface ObservedContainer extends ContainerIdentity {
  id: string;
  /** unknown: between states (removing, dead, paused). A container that failed to start is `exited`. */
  state: 'created' | 'running' | 'exited' | 'unknown';
  createdAt: string;
  /** RFC 3339; absent when never started. */
  startedAt?: string;
  finishedAt?: string;
  exitCode?: number;
  oomKilled: boolean;
  /** Why it could not be started, in the runtime's words. */
  startError?: string;
  /** As asked for. */
  image: string;
  /** `docker://sha256:…` */
  imageId: string;
  /** Whose network it has joined; absent for sandboxes. */
  sandboxId?: string;
  /** Of a sandbox with a network of its own. */
  ip?: string;
}

export interface Mount {
  source: string;
  target: string;
  readOnly: boolean;
}

export interface PortMapping {
  hostIp: string;
  hostPort: number;
  containerPort: number;
  protocol: 'tcp' | 'udp' | 'sctp';
}

export interface SandboxSpec {
  identity: ContainerIdentity;
  hostname: string;
  hostNetwork: boolean;
  hostPid: boolean;
  hostIpc: boolean;
  ports: PortMapping[];
  /** `name:address` lines of /etc/hosts. */
  extraHosts: string[];
  dns: { servers: string[]; searches: string[]; options: string[] };
  sysctls: Record<string, string>;
}

export interface ContainerSpec {
  identity: ContainerIdentity;
  sandboxId: string;
  image: string;
  entrypoint?: string[];
  args?: string[];
  env: string[];
  workingDir?: string;
  tty: boolean;
  stdin: boolean;
  stdinOnce: boolean;
  mounts: Mount[];
  resources: {
    cpuShares: number;
    /** Microseconds per 100 ms; 0: unlimited. */
    cpuQuota: number;
    /** Bytes; 0: unlimited. */
    memory: number;
    oomScoreAdj: number;
  };
  /** `uid`, `uid:gid`, or undefined for the image's. */
  user?: string;
  groups: string[];
  privileged: boolean;
  readOnlyRootFilesystem: boolean;
  addCapabilities: string[];
  dropCapabilities: string[];
  noNewPrivileges: boolean;
  /** Which system calls it may make: the runtime's own choice, all, or as a profile (its JSON) says. */
  seccomp: 'default' | 'unconfined' | { profile: string };
  shareProcessNamespace: boolean;
  hostPid: boolean;
  hostIpc: boolean;
}

export interface ImageInfo {
  id: string;
  /** Numeric or by name, '' for root; as the image says. */
  user: string;
  /** Bytes. */
  size: number;
}

export interface RuntimeInfo {
  /** `docker://20.10.24` */
  version: string;
  operatingSystem: string;
  /** Where images and containers live. */
  rootDir: string;
}

/** Something happened to a container of ours. */
export interface RuntimeEvent {
  podUid: string;
}

export interface LogOptions {
  follow: boolean;
  timestamps: boolean;
  tailLines?: number;
  /** Seconds since the epoch, fractions allowed. */
  since?: number;
}

export interface ExecResult {
  exitCode: number;
  /** Standard output and error as they came, at most 10 KiB. */
  output: string;
}

export interface ProcessOptions {
  stdin: boolean;
  stdout: boolean;
  stderr: boolean;
  tty: boolean;
}

/** A process that somebody is connected to. */
export interface ConnectedProcess {
  /** undefined when there is room for more, else a promise of it (or of the connection's end). */
  write(data: Uint8Array): Promise<void> | undefined;
  endStdin(): void;
  /** Called for what comes of its output, 1 or 2 (with a terminal, all is 1); what it returns is waited for. */
  onOutput(listener: (stream: 1 | 2, data: Uint8Array) => Promise<void> | undefined): void;
  /** Columns and rows of its terminal. Does nothing where there is none, or no process any more. */
  resize(width: number, height: number): Promise<void>;
  /** Settles when its output has ended, or the connection. */
  ended: Promise<void>;
  /** Of one that has ended; undefined when it runs on, or nobody knows. */
  exitCode(): Promise<number | undefined>;
  /** Ends the connection. Who was started for it is sent SIGHUP, as by a terminal that is gone, and soon SIGKILL. */
  leave(): Promise<void>;
}

export interface Runtime {
  /** Throws RuntimeUnavailable when the runtime does not answer. */
  info(): Promise<RuntimeInfo>;
  /** Creates the pod network, or proves that it is the wanted one. `podCidr` in CIDR notation. */
  ensureNetwork(podCidr: string, mtu: number): Promise<void>;
  /** Removes the pod network and the sandboxes on it; pods' workers make them anew. */
  removeNetwork(): Promise<void>;
  /** Of the network as it is; undefined when there is none yet. */
  podCidr(): Promise<string | undefined>;
  /** Containers of this cluster, of one pod if given, newest attempt first. */
  list(podUid?: string): Promise<ObservedContainer[]>;
  /** Creates and starts the sandbox. Returns its id. */
  runSandbox(spec: SandboxSpec): Promise<string>;
  createContainer(spec: ContainerSpec): Promise<string>;
  /** Throws StartError when the container itself is at fault (no such command, …). */
  start(id: string): Promise<void>;
  /** Sends the image's stop signal, or SIGKILL at once. A container that is gone or has stopped is no error. */
  signal(id: string, how: 'stop' | 'kill'): Promise<void>;
  /** Removes it, killing if need be. One that is gone is no error. */
  remove(id: string): Promise<void>;
  findImage(image: string): Promise<ImageInfo | undefined>;
  pullImage(image: string, credentials: RegistryCredentials | undefined, signal: AbortSignal): Promise<void>;
  /** Ends when the connection is lost; the caller then observes everything anew and calls again. */
  events(signal: AbortSignal): AsyncIterable<RuntimeEvent>;
  /** Standard output and error in the order in which they were written. Throws ContainerGone. */
  logs(id: string, options: LogOptions, signal: AbortSignal): Promise<AsyncIterable<Uint8Array>>;
  exec(id: string, command: string[], timeoutMs: number): Promise<ExecResult>;
  /** Starts a command in a running container. Throws ContainerGone, and NotRunning for one that has stopped. */
  openExec(id: string, command: string[], options: ProcessOptions): Promise<ConnectedProcess>;
  /** Connects to a running container's first process; what it was given (stdin, tty) bounds what `options` may ask. */
  attach(id: string, options: ProcessOptions): Promise<ConnectedProcess>;
  /** Process id, on this machine, of a running container's first process. */
  processId(id: string): Promise<number | undefined>;
  /** Removes every container and the network of this cluster. */
  cleanup(): Promise<void>;
}

export interface RegistryCredentials {
  username: string;
  password: string;
  serveraddress: string;
}

/** The runtime does not answer at all: nothing is known about any container. */
export class RuntimeUnavailable extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'RuntimeUnavailable';
  }
}

/** A container that exists but could not be started, and why. */
export class StartError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'StartError';
  }
}

/** The container is gone, or going. */
export class ContainerGone extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'ContainerGone';
  }
}

/** The container is there, and nothing runs in it. */
export class NotRunning extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'NotRunning';
  }
}

/** exec did not end in time. */
export class ExecTimeout extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'ExecTimeout';
  }
}
