/** Faults of an agent that last until somebody mends them, against the Node host's real TLS and tokens. */
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { withGate } from '../../../agent/host/gate.ts';
import { createTransport } from '../../../agent/host/transport.ts';
import { makeAuthority } from '../../../src/hosts/node/serving-certificate.ts';
import { KEYS } from '../../hosts/encryption.ts';
import { type RunningNodeHost, startTestNodeHost } from '../../support/node-host.ts';
import { type FreshDatabase, freshDatabase } from '../../support/postgres.ts';

let fresh: FreshDatabase;
let host: RunningNodeHost;
let folder: string;

beforeAll(async () => {
  fresh = await freshDatabase();
  host = await startTestNodeHost({ databaseUrl: fresh.url, encryptionKeys: KEYS });
  folder = await mkdtemp(path.join(os.tmpdir(), 'kedge-other-ca-'));
});
afterAll(async () => {
  await host?.stop();
  await fresh?.close();
  await rm(folder, { recursive: true, force: true });
});

function gated(ca: string) {
  const told: string[] = [];
  const log = { info: () => {}, error: (fields: object) => void told.push(JSON.stringify(fields)) };
  const send = withGate(createTransport({ ca }), { log });
  const ask = (token: string) =>
    send(`${host.url}/api/v1/nodes`, { method: 'GET', headers: { authorization: `Bearer ${token}` } }).then(
      ({ status }) => status,
      (error) => error.code,
    );
  return { told, ask };
}

it("another cluster's CA is such a fault, and is told once", async () => {
  const { certificate } = await makeAuthority(new Date());
  const { told, ask } = gated(certificate);
  expect(await ask(host.token)).not.toBe(200);
  expect(await ask(host.token)).toBe(503);
  expect(told).toHaveLength(1);
  expect(told[0]).toContain('CA of the kubeconfig');
});

it('a credential that is not the cluster’s is such a fault', async () => {
  const { told, ask } = gated(host.ca);
  expect(await ask(host.token)).toBe(200);
  expect([await ask('kedge_root_gone'), await ask('kedge_root_gone')]).toEqual([401, 503]);
  expect(told).toHaveLength(1);
  expect(told[0]).toContain('revoked');
});

it('an agent that is configured wrongly ends with 78 and one line', async () => {
  const program = path.join(import.meta.dirname, '../../../agent/main.ts');
  const args = [program, '--kubeconfig', path.join(folder, 'none'), '--data-dir', folder, '--node-name', 'n'];
  const { code, stderr } = await new Promise<{ code: unknown; stderr: string }>((resolve) => {
    execFile(process.execPath, args, (error, _stdout, stderr) => resolve({ code: error?.code, stderr }));
  });
  expect(code).toBe(78);
  expect(stderr.trim().split('\n')).toEqual([expect.stringContaining('no such file')]);
});
