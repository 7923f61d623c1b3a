/** Removal of what containers have written: nothing outside of it, and nothing that is mounted into it. */
import { randomUUID } from 'node:crypto';
import * as fs from 'node:fs/promises';
import { mountOf, openChild, openFolder, type Place, pathOf } from './beneath.ts';
import { mountsBelow } from './mount-table.ts';

/** Folders held open at once; a container can nest without end. */
const MAX_DEPTH = 32;

/**
 * Removes a file, or a folder with all that is in it. What is not there is no error. Throws, and removes nothing, while
 * anything at or below it is a mount point: beyond it is somebody's data.
 */
export async function removeTree(target: string): Promise<void> {
  const stats = await fs.lstat(target).catch(ignoreAbsent);
  if (stats === undefined) return;
  if (!stats.isDirectory()) return void (await fs.unlink(target).catch(ignoreAbsent));
  const mounts = await mountsBelow(target);
  if (mounts.length > 0) throw new Error(`${target} is not removed: ${mounts.join(', ')} is mounted`);
  const root = await openFolder(target);
  try {
    await emptyFolder(root);
  } finally {
    await root.close();
  }
  await fs.rmdir(target).catch(ignoreAbsent);
}

async function emptyFolder(root: Place): Promise<void> {
  const mount = await mountOf(root);
  let moved = 0;

  async function empty(folder: Place, depth: number): Promise<void> {
    // A mount made since, also one of the same file system.
    if ((await mountOf(folder)) !== mount) throw new Error(`${await fs.readlink(pathOf(folder))} is mounted`);
    for (const entry of await fs.readdir(pathOf(folder), { withFileTypes: true })) {
      const child = `${pathOf(folder)}/${entry.name}`;
      if (!entry.isDirectory()) await fs.unlink(child).catch(ignoreAbsent);
      else if (depth < MAX_DEPTH) {
        await emptyChild(folder, entry.name, depth);
        await fs.rmdir(child).catch(ignoreAbsent);
      } else {
        moved += 1;
        await fs.rename(child, `${pathOf(root)}/..deep-${randomUUID()}`);
      }
    }
  }

  async function emptyChild(folder: Place, name: string, depth: number): Promise<void> {
    const child = await openChild(folder, name);
    try {
      // A link that has taken the folder's place fails here: only folders are read.
      if ((await child.stat()).isDirectory()) await empty(child, depth + 1);
    } finally {
      await child.close();
    }
  }

  for (let before = -1; before !== moved; ) {
    before = moved;
    await empty(root, 0);
  }
}

function ignoreAbsent(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error;
}
