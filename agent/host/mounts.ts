/** Mounts that the agent makes and takes away. */
import * as fs from 'node:fs/promises';
import path from 'node:path';
import { isSame, mountOf, openPlace, type Place, pathOf } from './beneath.ts';
import { CommandError, type RunCommand } from './exec.ts';
import { mountsBelow } from './mount-table.ts';
import { removeTree } from './remove.ts';

export async function isMountPoint(folder: string): Promise<boolean> {
  const [place, parent] = await Promise.all([openPlace(folder), openPlace(path.dirname(folder))]);
  try {
    return (await mountOf(place)) !== (await mountOf(parent));
  } finally {
    await place.close();
    await parent.close();
  }
}

/** Unmounts all at or below a folder, the last first. Throws when one is busy; what is mounted then stays mounted. */
export async function unmountBelow(run: RunCommand, folder: string): Promise<void> {
  const points = await mountsBelow(folder);
  for (const point of points.reverse()) await run('umount', [point]);
}

/** Memory as a folder, out of reach of disk and, where the kernel can (6.4), swap. */
export async function mountMemory(run: RunCommand, target: string, options: readonly string[]): Promise<void> {
  const mount = (all: readonly string[]) => run('mount', ['-t', 'tmpfs', '-o', all.join(','), 'tmpfs', target]);
  if (noswap) {
    try {
      await mount([...options, 'noswap']);
      return;
    } catch (error) {
      if (!(error instanceof CommandError)) throw error;
    }
  }
  await mount(options);
  noswap = false;
}

/** Learnt by trying. */
let noswap = true;

/**
 * Makes an open place appear at `target`, a path that only root can change; whatever was bound there before goes. The mount
 * program is told the open file, not its name, and must not look for the name itself: hence --no-canonicalize, as the
 * kubelet. Idempotent. Throws when another place has come to be mounted.
 */
export async function bindPlace(run: RunCommand, place: Place, target: string): Promise<void> {
  const isFolder = (await place.stat()).isDirectory();
  if (await isPresent(target)) {
    if (await isMountPoint(target)) {
      if (await leadsTo(target, place)) return;
      await run('umount', [target]);
    }
    await removeTree(target);
  }
  await fs.mkdir(isFolder ? target : path.dirname(target), { recursive: true, mode: 0o700 });
  if (!isFolder) await fs.writeFile(target, '', { flag: 'wx', mode: 0o600 });
  await run('mount', ['--no-canonicalize', '--bind', pathOf(place, process.pid), target]);
  if (await leadsTo(target, place)) return;
  await run('umount', [target]);
  throw new Error(`${target}: another place was mounted than was opened`);
}

async function leadsTo(target: string, place: Place): Promise<boolean> {
  const found = await openPlace(target);
  try {
    return await isSame(found, place);
  } finally {
    await found.close();
  }
}

async function isPresent(target: string): Promise<boolean> {
  return fs.lstat(target).then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return false;
      throw error;
    },
  );
}
