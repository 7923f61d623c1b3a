/** One CA for every replica of a database. */
import type { X509Certificate } from 'node:crypto';
import { connect as connectTls } from 'node:tls';
import { afterEach, expect, it } from 'vitest';
import type { ConfigMap } from '../../../src/client/resources.ts';
import { connect } from '../../../src/db/connection.ts';
import { makeAuthority } from '../../../src/hosts/node/serving-certificate.ts';
import { eventually } from '../../support/eventually.ts';
import { type RunningNodeHost, startTestNodeHost } from '../../support/node-host.ts';
import { freshDatabase } from '../../support/postgres.ts';

const KEYS = [{ id: 'one', key: new Uint8Array(32).fill(1) }];
const OTHER_KEYS = [{ id: 'other', key: new Uint8Array(32).fill(2) }];
const ROOT_CA = '/api/v1/namespaces/default/configmaps/kube-root-ca.crt';

const opened: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of opened.splice(0).reverse()) await close();
});

async function open() {
  const fresh = await freshDatabase();
  opened.push(fresh.close);
  return fresh.url;
}

async function replica(
  databaseUrl: string,
  options: Partial<Parameters<typeof startTestNodeHost>[0]> = {},
): Promise<RunningNodeHost> {
  const host = await startTestNodeHost({ databaseUrl, encryptionKeys: KEYS, ...options });
  opened.push(host.stop);
  return host;
}

/** What it serves with, when the CA is good for it. */
function servedBy(host: RunningNodeHost, ca: string): Promise<X509Certificate> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(host.url);
    const socket = connectTls({ host: hostname, port: Number(port), ca, servername: 'kubernetes.default.svc' }, () => {
      resolve(socket.getPeerX509Certificate()!);
      socket.destroy();
    });
    socket.on('error', reject);
  });
}

it('S18: replicas that start at once have one CA, each a certificate of its own, and do not fight over kube-root-ca.crt', async () => {
  const url = await open();
  const [first, second] = await Promise.all([replica(url), replica(url, { advertiseAddress: '192.0.2.11' })]);
  expect(second.ca).toBe(first.ca);
  const [one, two] = await Promise.all([servedBy(first, first.ca), servedBy(second, first.ca)]);
  expect(one.fingerprint256).not.toBe(two.fingerprint256);
  expect(one.subjectAltName).toContain('DNS:kubernetes.default.svc.cluster.local');
  expect(one.subjectAltName).toContain('IP Address:10.96.0.1');

  const api = first.session();
  const read = async () => (await api.expectOk('GET', ROOT_CA)) as ConfigMap;
  const published = await eventually(read);
  expect(published.data!['ca.crt']).toBe(first.ca);
  // Two that disagreed made 29 writes in the first moments.
  await new Promise((resolve) => setTimeout(resolve, 3_000));
  expect((await read()).metadata.resourceVersion).toBe(published.metadata.resourceVersion);

  const db = connect(url, { max: 1 });
  opened.push(db.close);
  const [row] = await db.query('test.row', (sql) => sql<{ text: string }[]>`select a::text as text from authorities a`);
  expect(row!.text).not.toContain('PRIVATE KEY');
});

it('S18: the CA of an older data folder is adopted by a database that has none, and only then', async () => {
  const url = await open();
  const [old, other] = [await makeAuthority(new Date()), await makeAuthority(new Date())];
  const first = await replica(url, { authority: old });
  expect(first.ca).toBe(old.certificate);
  const second = await replica(url, { authority: other });
  expect(second.ca).toBe(old.certificate);
  expect((await servedBy(second, old.certificate)).issuer).toBe('CN=kedge-ca');
});

it('S18: a replica with other encryption keys is refused in words that say what to do', async () => {
  const url = await open();
  await replica(url);
  const refusal = /the encryption keys are not those of this database: set KEDGE_ENCRYPTION_KEYS/;
  await expect(replica(url, { encryptionKeys: OTHER_KEYS })).rejects.toThrow(refusal);
  const sameName = [{ id: 'one', key: new Uint8Array(32).fill(3) }];
  await expect(replica(url, { encryptionKeys: sameName })).rejects.toThrow(refusal);
});

it('keeps the CA through a rotation of the encryption keys', async () => {
  const url = await open();
  const first = await replica(url);
  await first.stop();
  const rotating = await replica(url, { encryptionKeys: [...OTHER_KEYS, ...KEYS] });
  expect(rotating.ca).toBe(first.ca);
  await rotating.stop();
  opened.splice(1);
  expect((await replica(url, { encryptionKeys: OTHER_KEYS })).ca).toBe(first.ca);
});
