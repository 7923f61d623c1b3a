/** What the e2e tests need of the machine: Docker, and images made here, since none can be pulled. */
import { mkdtemp } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { ensureDocker } from '../../src/cli/up/docker.ts';
import { DEFAULT_SOCKET } from '../../src/cli/up/docker-socket.ts';
import { createProgress } from '../../src/cli/up/progress.ts';
import { importBusybox } from './images.ts';

export default async function setup(): Promise<void> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'kedge-dockerd-'));
  await ensureDocker(
    { socketPath: DEFAULT_SOCKET, install: true, logFile: path.join(folder, 'dockerd.log') },
    createProgress(process.stderr),
  );
  await importBusybox(['busybox:1.36', 'busybox:1.37']);
}
