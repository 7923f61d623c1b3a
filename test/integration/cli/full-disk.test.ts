/** The data folder's disk is filled and emptied again, under the running thing with its embedded PostgreSQL. */
import { mkdtemp, readFile, rm, stat, statfs, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { createTransport } from '../../../agent/host/transport.ts';
import { createSession, type Session } from '../../contract/api-session.ts';
import { run } from '../../support/cluster.ts';
import { eventually } from '../../support/eventually.ts';
import { type Started, start } from '../../support/started.ts';

const KEDGE = new URL('../../../bin/kedge.js', import.meta.url).pathname;
const isRoot = process.getuid?.() === 0;

describe.skipIf(!isRoot)('a full disk (only root mounts one small enough)', () => {
  let folder: string;
  let up: Started;
  let api: Session;
  const inData = (name: string) => path.join(folder, 'data', name);
  const controlPlane = () => readFile(inData('control-plane.pid'), 'utf8');

  beforeAll(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'kedge-full-'));
    const mounted = await run('mount', ['-t', 'tmpfs', '-o', 'size=192m', 'kedge-test', folder]);
    expect(mounted.stderr).toBe('');
    const flags = ['--no-agent', '--listen', '127.0.0.1:0', '--data-dir', path.join(folder, 'data')];
    up = start(process.execPath, [KEDGE, 'up', ...flags]);
    await up.says('\nReady: ');
    const config = parse(await readFile(inData('kubeconfig'), 'utf8'));
    const { server, 'certificate-authority-data': ca } = config.clusters[0].cluster;
    const transport = createTransport({ ca: Buffer.from(ca, 'base64').toString() });
    api = createSession(transport, server, config.users[0].user.token);
  });
  afterAll(async () => {
    await up?.interrupt();
    await run('umount', ['--lazy', folder]);
    await rm(folder, { recursive: true, force: true });
  });

  const create = (name: string) =>
    api.request('POST', '/api/v1/namespaces/default/configmaps', {
      body: JSON.stringify({
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name },
        data: { k: 'x'.repeat(50_000) },
      }),
    });

  it('S10: ends nothing, loses nothing that was acknowledged, and is over when there is room again', async () => {
    const process = await controlPlane();
    const acknowledged: string[] = [];
    await writeFile(path.join(folder, 'filler'), Buffer.alloc(64 << 20));
    // Fills what is left; dd ends when the disk is full.
    await run('dd', ['if=/dev/zero', `of=${path.join(folder, 'rest')}`, 'bs=64k']);
    expect((await statfs(folder)).bavail).toBe(0);
    const refused: number[] = [];
    for (let i = 0; refused.length < 5 && i < 2000; i++) {
      const { status } = await create(`m${i}`);
      if (status === 201) acknowledged.push(`m${i}`);
      else refused.push(status);
    }
    expect(new Set(refused)).toEqual(new Set([503]));
    // The API goes on answering, and writing log lines that cannot be written.
    for (let i = 0; i < 3; i++) expect((await api.request('GET', '/livez')).status).toBe(200);

    await rm(path.join(folder, 'rest'));
    await rm(path.join(folder, 'filler'));
    await eventually(async () => expect((await create(`after-${Date.now()}`)).status).toBe(201), 90, 1000);
    for (const name of acknowledged) {
      expect((await api.request('GET', `/api/v1/namespaces/default/configmaps/${name}`)).status).toBe(200);
    }
    expect(await controlPlane()).toBe(process);
    expect(up.output()).not.toContain('the control plane ended');
  }, 240_000);

  it('S27: logs are for their owner alone', async () => {
    for (const name of ['control-plane.log', 'postgres.log']) {
      expect([name, (await stat(inData(name))).mode & 0o777]).toEqual([name, 0o600]);
    }
  });
});
