/**
 * Replaces a folder's files all at once, as the kubelet does: the files are links through `..data`, which is swapped, so that
 * a container that has the folder mounted sees either all old or all new ones. Containers never get the folder writable.
 */
import { randomUUID } from 'node:crypto';
import * as fs from 'node:fs/promises';
import path from 'node:path';
import { makeFolder } from './files.ts';
import { removeTree } from './remove.ts';

export interface ProjectedFile {
  path: string;
  content: Uint8Array;
  mode: number;
  /** Root's when absent. */
  uid?: number;
  gid?: number;
}

/** What this writer calls its versions. A link to anything else is not ours, and not followed. */
const VERSION = /^\.\.\d{4}(_\d\d){5}\.[0-9a-f]+$/;

/** Idempotent: writes only when content, names or modes differ. Returns whether it wrote. */
export async function writeProjectedFolder(folder: string, files: readonly ProjectedFile[]): Promise<boolean> {
  await makeFolder(folder);
  const current = await fs.readlink(path.join(folder, '..data')).catch(() => '');
  if (VERSION.test(current) && (await sameContent(path.join(folder, current), files))) return false;
  const version = `..${new Date().toISOString().replaceAll(/[-:T]/g, '_').slice(0, 19)}.${randomUUID().slice(0, 8)}`;
  await makeFolder(path.join(folder, version));
  for (const file of files) {
    const target = path.join(folder, version, file.path);
    await fs.mkdir(path.dirname(target), { recursive: true });
    await fs.writeFile(target, file.content, { mode: 0o600 });
    if (file.uid !== undefined || file.gid !== undefined) await fs.chown(target, file.uid ?? 0, file.gid ?? 0);
    await fs.chmod(target, file.mode);
  }
  const next = path.join(folder, `..data_tmp_${randomUUID().slice(0, 8)}`);
  await fs.symlink(version, next);
  await fs.rename(next, path.join(folder, '..data'));
  const top = new Set(files.map((file) => file.path.split('/')[0]!));
  for (const name of top) await fs.symlink(path.join('..data', name), path.join(folder, name)).catch(ignoreExisting);
  for (const name of await fs.readdir(folder)) {
    if (name === '..data' || name === version || top.has(name)) continue;
    await removeTree(path.join(folder, name));
  }
  return true;
}

async function sameContent(folder: string, files: readonly ProjectedFile[]): Promise<boolean> {
  // The version may have gone in a crash between two steps.
  const entries = await fs.readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  if (entries.filter((entry) => entry.isFile()).length !== files.length) return false;
  for (const file of files) {
    const target = path.join(folder, file.path);
    const content = await fs.readFile(target).catch(() => undefined);
    if (content === undefined || !content.equals(file.content)) return false;
    const { mode, uid, gid } = await fs.stat(target);
    if ((mode & 0o777) !== file.mode || uid !== (file.uid ?? 0) || gid !== (file.gid ?? 0)) return false;
  }
  return true;
}

function ignoreExisting(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EEXIST') throw error;
}
