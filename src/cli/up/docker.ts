/** Docker on this machine: found, started, or (as root on Debian and Ubuntu) installed. */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { access, readFile, rm } from 'node:fs/promises';
import http from 'node:http';
import { promisify } from 'node:util';
import { guarded } from '../../meta/guard.ts';
import { onPath } from '../kubectl.ts';
import { DEFAULT_SOCKET } from './docker-socket.ts';
import { openLog } from './open-log.ts';
import type { Progress } from './progress.ts';

const run = promisify(execFile);
const READY_WITHIN_MS = 60_000;
const PID_FILE = '/var/run/docker.pid';

export interface DockerOptions {
  /** Only a Docker on the default socket is installed or started; any other is somebody's own. */
  socketPath: string;
  /** Whether missing packages may be installed. */
  install: boolean;
  /** Where a dockerd started by us writes its log. */
  logFile: string;
}

/** What a person should do when Docker cannot be had. */
export class DockerMissingError extends Error {}

/** Returns when the Engine API answers. Installs and starts Docker when allowed; says so in a line each. */
export async function ensureDocker(options: DockerOptions, progress: Progress): Promise<void> {
  if (await answers(options.socketPath)) return;
  if (options.socketPath !== DEFAULT_SOCKET) {
    throw new DockerMissingError(`Docker does not answer on ${options.socketPath}.`);
  }
  const missing = await missingPackages();
  if (missing.length > 0) {
    const command = `apt-get install -y --no-install-recommends ${missing.join(' ')}`;
    if (!options.install) throw new DockerMissingError(`Docker is not installed. Run: ${command}`);
    if (process.getuid?.() !== 0) throw new DockerMissingError(`Docker is not installed. Run: sudo ${command}`);
    if (!(await isDebianLike())) {
      throw new DockerMissingError(
        'Docker is not installed. Install it as https://docs.docker.com/engine/install/ says.',
      );
    }
    await progress.step(`installing ${missing.join(' and ')} with apt-get (--no-install to refuse)`, async () => {
      await apt('update');
      await apt('install', '-y', '--no-install-recommends', ...missing);
    });
  }
  if (await answers(options.socketPath)) return;
  if (process.getuid?.() !== 0) {
    throw new DockerMissingError(
      `Docker does not answer on ${options.socketPath}. Run: sudo systemctl start docker (and join the group docker)`,
    );
  }
  await progress.step('starting Docker', () => startDaemon(options));
}

const PING_WITHIN_MS = 10_000;

/** GET /_ping of the Engine API. Without its client library, which `kedge up` would hold for as long as it lives. */
async function answers(socketPath: string): Promise<boolean> {
  return new Promise((resolve) => {
    const request = http.get({ socketPath, path: '/_ping', timeout: PING_WITHIN_MS }, (response) => {
      response.resume();
      response.on('error', () => {});
      resolve(response.statusCode === 200);
    });
    request.on(
      'timeout',
      guarded('docker ping', () => request.destroy()),
    );
    request.on(
      'error',
      guarded('docker ping', () => resolve(false)),
    );
  });
}

async function missingPackages(): Promise<string[]> {
  const missing: string[] = [];
  if (!(await onPath('dockerd'))) missing.push('docker.io');
  if (!(await onPath('iptables-restore'))) missing.push('iptables');
  return missing;
}

async function isDebianLike(): Promise<boolean> {
  const release = await readFile('/etc/os-release', 'utf8').catch(() => '');
  return /^ID(_LIKE)?=.*\b(debian|ubuntu)\b/m.test(release);
}

async function apt(...args: string[]): Promise<void> {
  // A fresh machine may still be running its own first update.
  await run('apt-get', ['-o', 'DPkg::Lock::Timeout=120', ...args], {
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    maxBuffer: 64 * 1024 * 1024,
  });
}

/** By systemd where it is the init; else (containers, minimal machines) dockerd in a session of its own. */
async function startDaemon(options: DockerOptions): Promise<void> {
  const systemd = await access('/run/systemd/system').then(
    () => true,
    () => false,
  );
  if (systemd) await run('systemctl', ['start', 'docker']);
  const deadline = performance.now() + READY_WITHIN_MS;
  let daemon: ChildProcess | undefined;
  while (!(await answers(options.socketPath))) {
    if (performance.now() > deadline) throw new Error(`dockerd did not become ready, see ${options.logFile}`);
    // One that is still going down makes the new one give up: then it is tried again.
    if (!systemd && (daemon === undefined || daemon.exitCode !== null)) daemon = await spawnDaemon(options.logFile);
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
  daemon?.unref();
}

async function spawnDaemon(logFile: string): Promise<ChildProcess> {
  await removeStalePidFile();
  const log = await openLog(logFile);
  const daemon = spawn('dockerd', [], { detached: true, stdio: ['ignore', log.fd, log.fd] });
  await log.close();
  return daemon;
}

/**
 * A killed dockerd leaves its pid file, and the next one refuses to start while any process or thread has that number.
 * Init systems remove it; here nobody else does.
 */
async function removeStalePidFile(): Promise<void> {
  const pid = (await readFile(PID_FILE, 'utf8').catch(() => '')).trim();
  if (pid === '') return;
  const command = await readFile(`/proc/${pid}/comm`, 'utf8').catch(() => '');
  if (command.trim() !== 'dockerd') await rm(PID_FILE, { force: true });
}
