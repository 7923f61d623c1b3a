/**
 * Paths below a folder that a container can write to. Whoever walks there by name can be led away by a link that is planted
 * in time, so each component is opened from the folder before it, never through a link: `/proc/self/fd/<folder>/<name>` with
 * O_NOFOLLOW is openat(2), which Node does not have. A folder that is open stays the same one whatever it is renamed to.
 */
import { constants } from 'node:fs';
import * as fs from 'node:fs/promises';

/** Opens a place, not what is in it: no right to read is asked for, no device or pipe is touched. The same on x86 and ARM. */
const O_PATH = 0o10000000;
const { O_DIRECTORY, O_NOFOLLOW } = constants;

/** As the kernel's own limit. */
const MAX_LINKS = 40;

/** The way leads out of the folder, or nowhere. */
export class PathError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'PathError';
  }
}

/** An open place of the machine's file system. */
export type Place = fs.FileHandle;

/** What a program that is given this path finds is the opened place, for as long as it is open. */
export function pathOf(place: Place, pid: number | 'self' = 'self'): string {
  return `/proc/${pid}/fd/${place.fd}`;
}

/** Opens what is at a path that only root can change. Follows links. */
export function openPlace(path: string): Promise<Place> {
  return fs.open(path, O_PATH);
}

/** Opens a folder at a path that only root can change; throws ENOTDIR for a link to one. */
export function openFolder(path: string): Promise<Place> {
  return fs.open(path, O_PATH | O_NOFOLLOW | O_DIRECTORY);
}

/** Opens what `name` is in a folder: of a link the link itself. Throws as open(2). */
export function openChild(folder: Place, name: string): Promise<Place> {
  return fs.open(`${pathOf(folder)}/${name}`, O_PATH | O_NOFOLLOW);
}

export interface OpenBeneathOptions {
  /** Folders that are missing are made, with this mode, and belong to root. */
  create?: { mode: number };
}

/**
 * Opens `below` as seen from the folder `root`. Links are followed only to what is below the root too, as the kubelet does: a
 * configMap's files are such links. Throws PathError when the way leads out, and as open(2) when there is nothing.
 */
export async function openBeneath(root: string, below: string, { create }: OpenBeneathOptions = {}): Promise<Place> {
  const way: Place[] = [await openPlace(root)];
  // Without an end, also when the root is that of the machine.
  const top = (await fs.readlink(pathOf(way[0]!))).replace(/\/$/, '');
  const left = below.split('/');
  let links = 0;
  try {
    for (let name = left.shift(); name !== undefined; name = left.shift()) {
      if (name === '' || name === '.') continue;
      if (name === '..') {
        // Back to the folder we came from, not to where it may have been moved since.
        if (way.length === 1) throw new PathError(`${below} leads out of ${root}`);
        await way.pop()!.close();
        continue;
      }
      const folder = way.at(-1)!;
      const next = await openOrMake(folder, name, create);
      const stats = await next.stat();
      if (!stats.isSymbolicLink()) {
        way.push(next);
        if (!stats.isDirectory() && left.some((each) => each !== '' && each !== '.')) {
          throw new PathError(`${name} of ${below} is not a directory`);
        }
        continue;
      }
      await next.close();
      links += 1;
      if (links > MAX_LINKS) throw new PathError(`${below} has too many links`);
      const target = await fs.readlink(`${pathOf(folder)}/${name}`);
      if (target.startsWith('/')) {
        if (target !== top && !target.startsWith(`${top}/`)) throw new PathError(`${below} leads out of ${root}`);
        await closeAll(way.splice(1));
        left.unshift(...target.slice(top.length).split('/'));
      } else left.unshift(...target.split('/'));
    }
    return way.pop()!;
  } finally {
    await closeAll(way);
  }
}

async function openOrMake(folder: Place, name: string, create: OpenBeneathOptions['create']): Promise<Place> {
  try {
    return await openChild(folder, name);
  } catch (error) {
    if (create === undefined || (error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  let made = true;
  await fs.mkdir(`${pathOf(folder)}/${name}`, create.mode).catch((error: NodeJS.ErrnoException) => {
    // Somebody was faster: what they made is judged as what was there before.
    if (error.code !== 'EEXIST') throw error;
    made = false;
  });
  const place = await openChild(folder, name);
  // mkdir's mode is subject to the umask.
  if (made && (await place.stat()).isDirectory()) await fs.chmod(pathOf(place), create.mode);
  return place;
}

async function closeAll(places: readonly Place[]): Promise<void> {
  for (const place of places) await place.close();
}

/** True when both are one and the same inode. */
export async function isSame(one: Place, other: Place): Promise<boolean> {
  const [a, b] = await Promise.all([one.stat({ bigint: true }), other.stat({ bigint: true })]);
  return a.dev === b.dev && a.ino === b.ino;
}

/** Which mount a place is reached through: unlike a device number it also tells bind mounts of one file system apart. */
export async function mountOf(place: Place): Promise<string> {
  const info = await fs.readFile(`/proc/self/fdinfo/${place.fd}`, 'utf8');
  const id = /^mnt_id:\s*(\d+)$/m.exec(info)?.[1];
  if (id === undefined) throw new Error('this kernel does not tell mount ids');
  return id;
}
