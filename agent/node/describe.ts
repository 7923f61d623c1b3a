/** Pure: the Node object of a machine. */
import type { Node } from '../../src/client/resources.ts';
import type { MachineInfo } from '../host/system.ts';

export const KUBELET_VERSION = 'v1.35.0+kedge';
const MAX_PODS = 110;
/** Bytes that pods cannot have: what the kubelet keeps before it evicts. */
const MEMORY_RESERVE = 100 << 20;

export interface NodeDescription {
  name: string;
  ip: string;
  machine: MachineInfo;
  /** `docker://20.10.24` */
  runtimeVersion: string;
  /** Bytes. */
  storage: number;
  labels: Record<string, string>;
}

type NodeStatus = NonNullable<Node['status']>;

export function nodeLabels({ name, machine, labels }: NodeDescription): Record<string, string> {
  return {
    ...labels,
    'kubernetes.io/hostname': name,
    'kubernetes.io/os': 'linux',
    'kubernetes.io/arch': machine.architecture,
    'beta.kubernetes.io/os': 'linux',
    'beta.kubernetes.io/arch': machine.architecture,
  };
}

/** All of the status but the conditions. */
export function nodeStatus({ name, ip, machine, runtimeVersion, storage }: NodeDescription): NodeStatus {
  const common = { cpu: String(machine.cpus), pods: String(MAX_PODS) };
  return {
    capacity: {
      ...common,
      memory: `${Math.floor(machine.memory / 1024)}Ki`,
      'ephemeral-storage': `${Math.floor(storage / 1024)}Ki`,
    },
    allocatable: {
      ...common,
      memory: `${Math.floor((machine.memory - MEMORY_RESERVE) / 1024)}Ki`,
      'ephemeral-storage': String(Math.floor(storage * 0.9)),
    },
    addresses: [
      { type: 'InternalIP', address: ip },
      { type: 'Hostname', address: name },
    ],
    nodeInfo: {
      machineID: machine.machineId,
      systemUUID: machine.systemUuid,
      bootID: machine.bootId,
      kernelVersion: machine.kernelVersion,
      osImage: machine.osImage,
      containerRuntimeVersion: runtimeVersion,
      kubeletVersion: KUBELET_VERSION,
      // A required field that upstream has given up.
      kubeProxyVersion: '',
      operatingSystem: 'linux',
      architecture: machine.architecture,
    },
  };
}
