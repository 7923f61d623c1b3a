/** `kedge up` brings back what ends, waits for what is away, and tells what is wrong on one line. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from 'vitest';
import { run } from '../../support/cluster.ts';
import { freePort } from '../../support/free-port.ts';
import { type FreshDatabase, freshDatabase } from '../../support/postgres.ts';
import { type Started, start } from '../../support/started.ts';
import { startTcpProxy } from '../../support/tcp-proxy.ts';

const ROOT = new URL('../../..', import.meta.url).pathname;
const KEDGE = path.join(ROOT, 'bin/kedge.js');

let fresh: FreshDatabase;
let folder: string;
let up: Started | undefined;

beforeAll(async () => {
  fresh = await freshDatabase();
  folder = await mkdtemp(path.join(os.tmpdir(), 'kedge-supervision-'));
});
afterEach(async () => {
  await up?.interrupt();
  up = undefined;
});
afterAll(async () => {
  await fresh?.close();
  await rm(folder, { recursive: true, force: true });
});

const dataDir = () => path.join(folder, 'data');
const flags = (databaseUrl = fresh.url, listen = '127.0.0.1:0') => [
  ...['up', '--no-agent', '--listen', listen, '--data-dir', dataDir(), '--database-url', databaseUrl],
];
const controlPlane = async () => Number(await readFile(path.join(dataDir(), 'control-plane.pid'), 'utf8'));
const urlOf = (started: Started) => /^Ready: (\S+)$/m.exec(started.output())?.[1];
const readyz = async (url: string | undefined) =>
  (await run('curl', ['-sSk', '--max-time', '20', `${url}/readyz`])).stdout;

describe('a control plane that ends', () => {
  it('S0, S10: is started again at the same address, ever later, and said so', async () => {
    up = start(process.execPath, [KEDGE, ...flags()]);
    await up.says('\nReady: ');
    const url = urlOf(up);
    const first = await controlPlane();
    process.kill(first, 'SIGKILL');
    await up.says(/! the control plane ended \(SIGKILL\); starting it again in 1 s\n[\s\S]*serves again/);
    expect(await readyz(url)).toBe('ok');
    const second = await controlPlane();
    expect(second).not.toBe(first);
    process.kill(second, 'SIGKILL');
    await up.says(/! the control plane ended \(SIGKILL\); starting it again in 2 s\n[\s\S]*serves again/);
    expect(await readyz(url)).toBe('ok');
    expect(await up.interrupt()).toBe(0);
  });

  it('ends with a kedge up that was killed, so that the next finds its port free', async () => {
    const port = await freePort();
    up = start(process.execPath, [KEDGE, ...flags(fresh.url, `127.0.0.1:${port}`)]);
    await up.says('\nReady: ');
    const orphan = await controlPlane();
    process.kill(up.pid, 'SIGKILL');
    await up.ended;
    up = start(process.execPath, [KEDGE, ...flags(fresh.url, `127.0.0.1:${port}`)]);
    await up.says('\nReady: ');
    expect(await controlPlane()).not.toBe(orphan);
    expect(await readyz(urlOf(up))).toBe('ok');
  });
});

describe('a database that is away at the start', () => {
  it('S24: is waited for, with a line, and found when it comes', async () => {
    const target = new URL(fresh.url);
    const proxy = await startTcpProxy({ host: target.hostname, port: Number(target.port) });
    await proxy.cut();
    const away = new URL(fresh.url);
    away.port = String(proxy.port);
    up = start(process.execPath, [KEDGE, ...flags(String(away))]);
    await up.says(/! waiting for the database: .*ECONNREFUSED 127\.0\.0\.1:\d+/);
    await proxy.mend();
    await up.says('\nReady: ');
    expect(await readyz(urlOf(up))).toBe('ok');
    expect(await up.interrupt()).toBe(0);
    await proxy.stop();
  });

  it('S24: does not keep kedge up from being stopped', async () => {
    up = start(process.execPath, [KEDGE, ...flags(`postgres://a:b@127.0.0.1:${await freePort()}/c`)]);
    await up.says('waiting for the database');
    expect(await up.interrupt()).toBe(0);
    await expect(controlPlane()).rejects.toThrow(/ENOENT/);
  });
});

describe('S24: the agent', () => {
  it('ends with 78 where only another configuration helps, so that it is told once and tried again slowly', async () => {
    const agent = (...args: string[]) => run(process.execPath, [path.join(ROOT, 'agent/main.ts'), ...args]);
    const broken = path.join(folder, 'kubeconfig');
    await writeFile(broken, '{"clusters": 1}');
    const own = ['--data-dir', path.join(folder, 'agent')];
    expect((await agent('--kubeconfig', path.join(folder, 'none'), ...own)).code).toBe(78);
    expect((await agent('--kubeconfig', broken, ...own)).code).toBe(78);
    expect((await agent('--cluster-id', 'Not An Id', ...own)).code).toBe(78);
    expect((await agent('--help', ...own)).code).toBe(0);
  });
});

describe('a start that cannot be is told on one line that says what is wrong', () => {
  const wrong: [string, () => Promise<string[]>, RegExp][] = [
    ['a listen address that is none', async () => ['--listen', 'here'], /"here" is not HOST:PORT, for example/],
    ['an advertise address that is none', async () => ['--advertise-address', 'here'], /KEDGE_ADVERTISE_ADDRESS/],
    ['a database URL that is none', async () => ['--database-url', 'mysql://x'], /KEDGE_DATABASE_URL/],
    [
      'a database that is not on the server',
      async () => ['--database-url', `${inject('postgresUrl')}/nothing`],
      /database "nothing" does not exist/,
    ],
    [
      'a password that is wrong',
      async () => ['--database-url', fresh.url.replace('kedge:kedge', 'kedge:wrong')],
      /password authentication failed for user "kedge"/,
    ],
    [
      'a data folder that cannot be made',
      async () => {
        await writeFile(path.join(folder, 'file'), '');
        return ['--data-dir', path.join(folder, 'file', 'data')];
      },
      /cannot write to the data folder .*\/file\/data \(ENOTDIR\): choose another with --data-dir/,
    ],
    [
      'a data folder where the system makes none',
      async () => ['--data-dir', '/proc/kedge/data'],
      /cannot write to the data folder \/proc\/kedge\/data \(E[A-Z]+\): choose another with --data-dir/,
    ],
  ];
  it.each(wrong)('%s', async (_, change, message) => {
    const { code, stderr } = await run(process.execPath, [KEDGE, ...flags(), ...(await change())]);
    expect(stderr).toMatch(message);
    expect(stderr).toMatch(/^kedge: .*\n$/);
    expect(code).toBe(1);
  });

  it('encryption keys that are none', async () => {
    const { code, stderr } = await run(process.execPath, [KEDGE, ...flags()], { KEDGE_ENCRYPTION_KEYS: 'k1:short' });
    expect(stderr).toMatch(/^kedge: KEDGE_ENCRYPTION_KEYS: each key is ID:BASE64 with 32 bytes, .*\n$/);
    expect(code).toBe(1);
  });

  it('encryption keys of another cluster', async () => {
    up = start(process.execPath, [KEDGE, ...flags()]);
    await up.says('\nReady: ');
    await up.interrupt();
    const others = `local:${Buffer.alloc(32, 7).toString('base64')}`;
    const { code, stderr } = await run(process.execPath, [KEDGE, ...flags()], { KEDGE_ENCRYPTION_KEYS: others });
    expect(stderr).toMatch(
      /^kedge: the encryption keys are not those of this database: set KEDGE_ENCRYPTION_KEYS .*\n$/,
    );
    expect(code).toBe(1);
  });

  it('a port that another program has', async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const { port } = other.address() as { port: number };
    const { code, stderr } = await run(process.execPath, [KEDGE, ...flags(fresh.url, `127.0.0.1:${port}`)]);
    expect(stderr).toBe(`kedge: 127.0.0.1:${port} is in use by another program (choose another with --listen)\n`);
    expect(code).toBe(1);
    other.close();
  });

  it('a data folder that another kedge up has', async () => {
    up = start(process.execPath, [KEDGE, ...flags()]);
    await up.says('\nReady: ');
    const { code, stderr } = await run(process.execPath, [KEDGE, ...flags()]);
    expect(stderr).toMatch(/^kedge: process \d+ already runs the cluster of .*\n$/);
    expect(code).toBe(1);
  });
});
