/** Whether this machine can take pods. */
import { fileSystemSize } from '../host/files.ts';
import { readPressure } from '../host/system.ts';
import type { NodeHealth } from './conditions.ts';

/** Bytes of memory below which it is short. */
const MIN_MEMORY = 100 << 20;
/** Fractions of the disk and of its inodes, as k3s: the kubelet's own 10 to 15% would rule out many a small machine. */
const MIN_DISK = 0.05;
const MIN_PIDS = 0.05;

export async function readHealth(folder: string, notReady: string | undefined): Promise<NodeHealth> {
  const [pressure, disk] = await Promise.all([readPressure(), fileSystemSize(folder)]);
  return {
    notReady,
    memoryPressure: pressure.memoryAvailable < MIN_MEMORY,
    // Some file systems do not count inodes.
    diskPressure:
      disk.available < disk.total * MIN_DISK || (disk.inodes > 0 && disk.inodesFree < disk.inodes * MIN_DISK),
    pidPressure: pressure.pids > pressure.pidsMax * (1 - MIN_PIDS),
  };
}
