/** A Docker daemon of the test's own, which may be killed: the machine's goes on, and so do those who use it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { run } from './cluster.ts';
import { eventually } from './eventually.ts';

export interface DockerDaemon {
  socket: string;
  /** Runs the docker command against it; throws with its stderr. */
  docker(...args: string[]): Promise<string>;
  /** kill -9; containers and their shims live on, as when it crashes. */
  kill(): Promise<void>;
  start(): Promise<void>;
  /** Ends it and everything that it runs. */
  remove(): Promise<void>;
}

/** `parent`: where its data are. */
export async function startDockerDaemon(images: readonly string[], parent = os.tmpdir()): Promise<DockerDaemon> {
  const folder = await mkdtemp(path.join(parent, 'kedge-dockerd-'));
  const socket = path.join(folder, 'docker.sock');
  let child: ChildProcess | undefined;

  const daemon: DockerDaemon = {
    socket,
    async docker(...args) {
      const { code, stdout, stderr } = await run('docker', ['-H', `unix://${socket}`, ...args]);
      if (code !== 0) throw new Error(`docker ${args.join(' ')}: ${stderr}`);
      return stdout;
    },
    async start() {
      const flags = [
        ['--host', `unix://${socket}`],
        ['--data-root', path.join(folder, 'data')],
        ['--exec-root', path.join(folder, 'exec')],
        ['--pidfile', path.join(folder, 'pid')],
        // The machine's daemon has the rules and the default bridge to itself; Kedge needs neither.
        ['--iptables=false', '--ip6tables=false', '--bridge=none'],
      ];
      await eventually(
        async () => {
          // As under a supervisor: next to what a killed one has left, the first start may fail.
          if (child === undefined || child.exitCode !== null || child.signalCode !== null) {
            await rm(path.join(folder, 'pid'), { force: true });
            child = spawn('dockerd', flags.flat(), { stdio: 'ignore', detached: true });
          }
          await daemon.docker('version');
        },
        90,
        500,
      );
    },
    async kill() {
      const running = child;
      if (running === undefined) return;
      const exited = new Promise((resolve) => running.once('exit', resolve));
      running.kill('SIGKILL');
      await exited;
    },
    async remove() {
      const ids = (await daemon.docker('ps', '-aq').catch(() => '')).split('\n').filter((each) => each !== '');
      if (ids.length > 0) await daemon.docker('rm', '-f', ...ids).catch(() => '');
      const running = child;
      if (running !== undefined && running.exitCode === null && running.signalCode === null) {
        const exited = new Promise((resolve) => running.once('exit', resolve));
        running.kill('SIGTERM');
        await exited;
      }
      // Docker mounts its data folder on itself.
      await run('umount', [path.join(folder, 'data')]);
      await rm(folder, { recursive: true, force: true });
    },
  };

  await daemon.start();
  const archive = path.join(folder, 'images.tar');
  const saved = await run('docker', ['save', '-o', archive, ...images]);
  if (saved.code !== 0) throw new Error(`docker save: ${saved.stderr}`);
  await daemon.docker('load', '-i', archive);
  await rm(archive);
  return daemon;
}
