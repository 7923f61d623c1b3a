/** A Node host over a fresh database, and the real kubectl as its admin. */
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { pinnedTool, toolsFolder } from '../../src/cli/kubectl.ts';
import { writeKubeconfig } from '../../src/cli/up/kubeconfig.ts';
import type { Session } from '../contract/api-session.ts';
import { KEYS } from '../hosts/encryption.ts';
import { type CommandResult, run } from './cluster.ts';
import { startTestNodeHost } from './node-host.ts';
import { freshDatabase } from './postgres.ts';

export interface KubectlHost {
  api: Session;
  /** kubectl's home, also for files of the test. */
  folder: string;
  /** Runs kubectl; throws with its stderr when it fails. Returns stdout. */
  kubectl(...args: string[]): Promise<string>;
  /** Runs kubectl, with standard input, and returns however it ends. */
  tryKubectl(args: readonly string[], input?: string, environment?: Record<string, string>): Promise<CommandResult>;
  /** As kubectl(), the real helm 4. */
  helm(...args: string[]): Promise<string>;
  stop(): Promise<void>;
}

export async function startKubectlHost(): Promise<KubectlHost> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'kedge-kubectl-'));
  const database = await freshDatabase();
  const [host, tool] = await Promise.all([
    startTestNodeHost({ databaseUrl: database.url, encryptionKeys: KEYS }),
    pinnedTool('kubectl', toolsFolder()),
  ]);
  const kubeconfig = path.join(folder, 'config');
  await writeKubeconfig(kubeconfig, { server: host.url, caCertificate: host.ca, user: 'admin', token: host.token });
  const environment = { KUBECONFIG: kubeconfig, HOME: folder };
  const tryKubectl: KubectlHost['tryKubectl'] = (args, input, more = {}) =>
    run(tool, [...args], { ...environment, ...more }, input);
  return {
    api: host.session(),
    folder,
    tryKubectl,
    async kubectl(...args) {
      const { code, stdout, stderr } = await tryKubectl(args);
      if (code !== 0) throw new Error(`kubectl ${args.join(' ')}: ${stderr || stdout}`);
      return stdout;
    },
    async helm(...args) {
      const { code, stdout, stderr } = await run(await pinnedTool('helm', toolsFolder()), args, environment);
      if (code !== 0) throw new Error(`helm ${args.join(' ')}: ${stderr || stdout}`);
      return stdout;
    },
    async stop() {
      await host.stop();
      await database.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
