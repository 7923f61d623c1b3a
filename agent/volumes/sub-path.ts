/**
 * subPath mounts. A container can write to the volume, so what a path in it leads to may change at any time: Docker is not
 * given that path but one below the pod's own folder, to which the very place that was opened and judged is bound.
 */
import path from 'node:path';
import { openBeneath, openPlace } from '../host/beneath.ts';
import type { RunCommand } from '../host/exec.ts';
import { bindPlace } from '../host/mounts.ts';
import { type SubPathMount, VolumeError } from './contract.ts';

/** Returns where the place is bound: below `podFolder`, where the kubelet has it. Messages are the kubelet's. */
export async function bindSubPath(
  run: RunCommand,
  podFolder: string,
  { volume, container, index, source, subPath }: SubPathMount,
): Promise<string> {
  const about = `volumeMount ${JSON.stringify(volume)} of container ${JSON.stringify(container)}`;
  try {
    const place = await openBeneath(source, subPath, { create: { mode: await modeOf(source) } });
    try {
      const target = path.join(podFolder, 'volume-subpaths', volume, container, String(index));
      await bindPlace(run, place, target);
      return target;
    } finally {
      await place.close();
    }
  } catch (error) {
    // The cause is for the node's log: it tells of the machine's own files.
    const made = (error as NodeJS.ErrnoException).syscall === 'mkdir';
    const failed = made ? 'failed to create subPath directory for' : 'failed to prepare subPath for';
    throw new VolumeError(`${failed} ${about}`, { cause: error });
  }
}

/** Folders that are made in a volume get the volume's own permissions, as upstream. */
async function modeOf(folder: string): Promise<number> {
  const place = await openPlace(folder);
  try {
    return (await place.stat()).mode & 0o777;
  } finally {
    await place.close();
  }
}
