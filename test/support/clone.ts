/** A checkout of its own, as a user's clone after `npm ci`: every folder is its own, the files are links where they can be. */
import { cp, mkdir } from 'node:fs/promises';
import path from 'node:path';
import { run } from './cluster.ts';

const ROOT = new URL('../..', import.meta.url).pathname;
const PARTS = ['bin', 'src', 'agent', 'migrations', 'package.json', 'node_modules'];

/** Makes `folder` and fills it. */
export async function cloneInto(folder: string): Promise<void> {
  await mkdir(folder);
  for (const part of PARTS) {
    const from = path.join(ROOT, part);
    const linked = await run('cp', ['-al', from, folder]);
    // Links cannot leave a file system.
    if (linked.code !== 0) await cp(from, path.join(folder, part), { recursive: true, verbatimSymlinks: true });
  }
}
