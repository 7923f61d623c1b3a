/** Files of the machine. Only host/ touches them. */
import { randomUUID } from 'node:crypto';
import * as fs from 'node:fs/promises';
import path from 'node:path';

/** Undefined when there is none. */
export async function readTextFile(file: string): Promise<string | undefined> {
  try {
    return await fs.readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Readers see the old or the new content, never a part, even across a power cut. */
export async function writeFileAtomically(file: string, content: string | Uint8Array, mode = 0o600): Promise<void> {
  await fs.mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
  const temporary = `${file}.${randomUUID().slice(0, 8)}.tmp`;
  const handle = await fs.open(temporary, 'w', mode);
  try {
    await handle.writeFile(content);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await fs.rename(temporary, file);
}

/** Writes into a file that exists, as for /proc/sys and /sys. Throws when it cannot be. */
export function writeKernelFile(file: string, value: string): Promise<void> {
  return fs.writeFile(file, value, { flag: 'r+' });
}

/** Names in a folder; none when there is no such folder. */
export async function listFolder(folder: string): Promise<string[]> {
  try {
    return await fs.readdir(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

export async function makeFolder(folder: string, mode = 0o755): Promise<void> {
  await fs.mkdir(folder, { recursive: true });
  // mkdir's mode is subject to the umask.
  await fs.chmod(folder, mode);
}

export function renameFolder(from: string, to: string): Promise<void> {
  return fs.rename(from, to);
}

export type PathKind = 'directory' | 'file' | 'socket' | 'char' | 'block' | 'other' | 'absent';

/** Follows links. */
export async function kindOfPath(target: string): Promise<PathKind> {
  try {
    const stats = await fs.stat(target);
    if (stats.isDirectory()) return 'directory';
    if (stats.isFile()) return 'file';
    if (stats.isSocket()) return 'socket';
    if (stats.isCharacterDevice()) return 'char';
    if (stats.isBlockDevice()) return 'block';
    return 'other';
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return 'absent';
    throw error;
  }
}

export async function touchFile(target: string, mode: number): Promise<void> {
  await (await fs.open(target, 'a', mode)).close();
}

/** Gives a folder to a group that may write there, with its children's group inherited: what fsGroup asks for. */
export async function shareWithGroup(folder: string, gid: number): Promise<void> {
  await fs.chown(folder, -1, gid);
  await fs.chmod(folder, 0o2777);
}

/** Bytes of the file system that holds `folder`. */
export async function fileSystemSize(
  folder: string,
): Promise<{ total: number; available: number; inodesFree: number; inodes: number }> {
  const stats = await fs.statfs(folder);
  return {
    total: stats.blocks * stats.bsize,
    available: stats.bavail * stats.bsize,
    inodes: stats.files,
    inodesFree: stats.ffree,
  };
}
