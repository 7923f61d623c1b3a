/** What kind of machine this is. */
import os from 'node:os';
import { own } from '../../src/meta/own.ts';
import { readTextFile } from './files.ts';

export interface MachineInfo {
  machineId: string;
  bootId: string;
  systemUuid: string;
  kernelVersion: string;
  osImage: string;
  /** As Go names it: amd64, arm64, … */
  architecture: string;
  cpus: number;
  /** Bytes. */
  memory: number;
}

const GO_ARCHITECTURES: Record<string, string> = { x64: 'amd64', ia32: '386' };

export async function readMachineInfo(): Promise<MachineInfo> {
  const [machineId, bootId, systemUuid, release] = await Promise.all([
    readTextFile('/etc/machine-id'),
    readTextFile('/proc/sys/kernel/random/boot_id'),
    readTextFile('/sys/class/dmi/id/product_uuid').catch(() => undefined),
    readTextFile('/etc/os-release'),
  ]);
  const id = machineId?.trim() ?? '';
  return {
    machineId: id,
    bootId: bootId?.trim() ?? '',
    systemUuid: systemUuid?.trim() || id,
    kernelVersion: os.release(),
    osImage: /^PRETTY_NAME="?(.*?)"?$/m.exec(release ?? '')?.[1] ?? 'Linux',
    architecture: own(GO_ARCHITECTURES, process.arch) ?? process.arch,
    cpus: os.availableParallelism(),
    memory: os.totalmem(),
  };
}

export interface Pressure {
  /** Bytes. */
  memoryAvailable: number;
  pids: number;
  pidsMax: number;
}

export async function readPressure(): Promise<Pressure> {
  const [meminfo, loadavg, pidMax] = await Promise.all([
    readTextFile('/proc/meminfo'),
    readTextFile('/proc/loadavg'),
    readTextFile('/proc/sys/kernel/pid_max'),
  ]);
  const available = /^MemAvailable:\s+(\d+) kB$/m.exec(meminfo ?? '')?.[1];
  return {
    memoryAvailable: available === undefined ? os.freemem() : Number(available) * 1024,
    pids: Number(/\d+\/(\d+)/.exec(loadavg ?? '')?.[1] ?? 0),
    pidsMax: Number(pidMax ?? 32768),
  };
}

/** The interface of the default route, its IPv4 address and MTU; undefined on a machine without one. */
export async function findDefaultInterface(): Promise<{ name: string; address: string; mtu: number } | undefined> {
  const routes = (await readTextFile('/proc/net/route')) ?? '';
  const interfaces = os.networkInterfaces();
  const candidates = routes
    .split('\n')
    .slice(1)
    .map((line) => line.split('\t'))
    .filter((fields) => fields[1] === '00000000' && fields[7] === '00000000')
    .sort((a, b) => Number(a[6]) - Number(b[6]))
    .map((fields) => fields[0]!);
  // Without a default route, whatever has an address that others may reach.
  const names = candidates.length > 0 ? candidates : Object.keys(interfaces);
  for (const name of names) {
    const address = interfaces[name]?.find((each) => each.family === 'IPv4' && !each.internal)?.address;
    if (address === undefined) continue;
    const mtu = Number((await readTextFile(`/sys/class/net/${name}/mtu`).catch(() => undefined)) ?? 1500);
    return { name, address, mtu };
  }
  return undefined;
}

const CAP_SYS_RESOURCE = 1n << 24n;

/**
 * The lowest oom_score_adj that a process may be given here: -1000, or this process's own where the machine withholds
 * CAP_SYS_RESOURCE (a rootless Docker, a machine that is itself a container), as containerd's restrict_oom_score_adj.
 */
export async function lowestOomScore(): Promise<number> {
  const status = (await readTextFile('/proc/self/status')) ?? '';
  const bounding = BigInt(`0x${/^CapBnd:\s*([0-9a-f]+)$/m.exec(status)?.[1] ?? '0'}`);
  if ((bounding & CAP_SYS_RESOURCE) !== 0n) return -1000;
  return Number((await readTextFile('/proc/self/oom_score_adj')) ?? 0);
}
