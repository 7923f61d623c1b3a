/** Bundles Workers once a run, with the very command that a deployment uses. */
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import type { TestProject } from 'vitest/node';
import { unstable_readConfig } from 'wrangler';
import type { WorkerBundle } from './workerd.ts';

const ROOT = new URL('../..', import.meta.url).pathname;
const WRANGLER = path.join(ROOT, 'node_modules/wrangler/bin/wrangler.js');

declare module 'vitest' {
  export interface ProvidedContext {
    /** The product. */
    kedgeBundle: WorkerBundle;
    /** The storage contract suite. */
    storageBundle: WorkerBundle;
  }
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'kedge-bundles-'));
  const [kedge, storage] = await Promise.all([
    bundle('src/hosts/worker.ts', path.join(folder, 'kedge')),
    bundle('test/hosts/storage-worker.ts', path.join(folder, 'storage')),
  ]);
  project.provide('kedgeBundle', kedge);
  project.provide('storageBundle', storage);
  return () => rm(folder, { recursive: true, force: true });
}

async function bundle(entry: string, outdir: string): Promise<WorkerBundle> {
  const arguments_ = [WRANGLER, 'deploy', entry, '--dry-run', '--outdir', outdir];
  await promisify(execFile)(process.execPath, arguments_, {
    cwd: ROOT,
    env: { ...process.env, WRANGLER_LOG_PATH: outdir, WRANGLER_SEND_METRICS: 'false' },
  });
  const config = unstable_readConfig({ config: path.join(ROOT, 'wrangler.toml') });
  return {
    file: path.join(outdir, `${path.basename(entry, '.ts')}.js`),
    compatibilityDate: config.compatibility_date!,
    compatibilityFlags: config.compatibility_flags,
  };
}
