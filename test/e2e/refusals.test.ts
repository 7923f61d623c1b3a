/** The walk's bad-input twin: what a user gets wrong, and what the world does to a cluster, end in clear words. */
import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises';
import https from 'node:https';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { type DataDir, dataDirAt } from '../../src/cli/data-dir.ts';
import { type EmbeddedDatabase, startEmbeddedPostgres } from '../../src/cli/up/postgres.ts';
import type { ConfigMap, Event, Pod } from '../../src/client/resources.ts';
import { createCluster, type TestCluster } from '../support/cluster.ts';
import { eventually } from '../support/eventually.ts';

const OUTAGE_MS = 10_000;

let cluster: TestCluster;
/** A database of the test's own, as a user with --database-url has: it can be away without kedge up bringing it back. */
let databaseDir: DataDir;
let database: EmbeddedDatabase;
let databasePort: number;
let ca: string;
let token: string;

beforeAll(async () => {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'kedge-database-'));
  await chmod(folder, 0o755);
  databaseDir = dataDirAt(folder);
  database = await startEmbeddedPostgres(databaseDir);
  databasePort = Number(new URL(database.url).port);
  cluster = await createCluster(['--database-url', database.url]);
  await cluster.start();
  const config = parse(await readFile(cluster.dataDir.kubeconfig, 'utf8'));
  ca = Buffer.from(config.clusters[0].cluster['certificate-authority-data'], 'base64').toString();
  token = config.users[0].user.token;
});
afterAll(async () => {
  await cluster?.remove();
  await database?.stop();
  await rm(databaseDir.root, { recursive: true, force: true });
});

interface Answer {
  status: number;
  headers: NodeJS.Dict<string | string[]>;
  body: { kind?: string; message?: string; reason?: string; code?: number; details?: unknown };
}

/** One HTTPS request with exactly these bytes; kubectl would catch some of the mistakes itself. */
function request(
  method: string,
  url: string,
  headers: Record<string, string>,
  body?: string | Uint8Array,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const outgoing = https.request(`${cluster.url}${url}`, { method, ca, headers }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk) => {
        text += chunk;
      });
      response.on('end', () => {
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          body: text.startsWith('{') ? JSON.parse(text) : {},
        });
      });
    });
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

const authorized = () => ({ authorization: `Bearer ${token}`, 'content-type': 'application/json' });
const configMaps = '/api/v1/namespaces/default/configmaps';

const pod = (name: string, container: Record<string, unknown>, spec: Record<string, unknown> = {}) =>
  JSON.stringify({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name },
    spec: {
      terminationGracePeriodSeconds: 1,
      ...spec,
      containers: [{ name: 'main', image: 'busybox:1.36', ...container }],
    },
  });

describe('access', () => {
  test('no token and a wrong token are 401, and nothing is said of the data', async () => {
    for (const headers of [
      {},
      { authorization: 'Bearer kdg.root.wrong' },
      { authorization: 'Bearer eyJhbGciOiJSUzI1NiJ9.e30.x' },
    ]) {
      for (const url of ['/api/v1/secrets', '/api/v1/namespaces/default', '/apis', '/openapi/v3', '/api/v1/nope']) {
        const answer = await request('GET', url, headers as Record<string, string>);
        expect(answer.status).toBe(401);
        expect(answer.body).toMatchObject({
          kind: 'Status',
          reason: 'Unauthorized',
          message: 'Unauthorized',
          code: 401,
        });
      }
    }
  });

  test('health and version need no token', async () => {
    for (const url of ['/livez', '/readyz', '/version']) expect((await request('GET', url, {})).status).toBe(200);
  });

  test('a service account may do what it was granted and nothing else', async () => {
    await cluster.kubectl('create', 'serviceaccount', 'reader');
    await cluster.kubectl('create', 'role', 'reader', '--verb=get,list', '--resource=configmaps');
    await cluster.kubectl('create', 'rolebinding', 'reader', '--role=reader', '--serviceaccount=default:reader');
    const reader = (await cluster.kubectl('create', 'token', 'reader')).trim();
    const as = { authorization: `Bearer ${reader}` };
    await eventually(async () => expect((await request('GET', configMaps, as)).status).toBe(200));
    const secrets = await request('GET', '/api/v1/namespaces/default/secrets', as);
    expect(secrets.status).toBe(403);
    expect(secrets.body.message).toBe(
      'secrets is forbidden: User "system:serviceaccount:default:reader" cannot list resource "secrets" in API group "" in the namespace "default"',
    );
    await cluster.kubectl('delete', 'serviceaccount', 'reader');
    await eventually(async () => expect((await request('GET', configMaps, as)).status).toBe(401));
  });
});

describe('objects that are wrong', () => {
  test('an unknown field is refused by name, as kubectl asks for', async () => {
    const result = await cluster.tryKubectl(
      ['create', '-f', '-'],
      'apiVersion: v1\nkind: Pod\nmetadata: {name: typo}\nspec:\n  containers: [{name: a, image: busybox:1.36, imagee: b}]\n',
    );
    expect(result.code).toBe(1);
    expect(result.stderr).toContain('strict decoding error: unknown field "spec.containers[0].imagee"');
  });

  test('an invalid name is refused with the rule it breaks', async () => {
    const result = await cluster.tryKubectl(['create', 'configmap', 'Not_Valid']);
    expect(result.stderr).toContain(
      'ConfigMap "Not_Valid" is invalid: metadata.name: Invalid value: "Not_Valid": a lowercase RFC 1123 subdomain must consist of',
    );
  });

  test('every fault of an object is told at once', async () => {
    const answer = await request(
      'POST',
      '/api/v1/namespaces/default/pods',
      authorized(),
      JSON.stringify({
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name: 'faulty' },
        spec: {
          restartPolicy: 'Sometimes',
          containers: [{ name: 'a' }, { name: 'a', image: 'b', ports: [{ containerPort: 70000 }] }],
        },
      }),
    );
    expect(answer.status).toBe(422);
    const causes = (answer.body.details as { causes: { field: string; reason: string }[] }).causes;
    expect(causes.map((cause) => `${cause.reason} ${cause.field}`)).toEqual(
      expect.arrayContaining([
        'FieldValueRequired spec.containers[0].image',
        'FieldValueDuplicate spec.containers[1].name',
        'FieldValueInvalid spec.containers[1].ports[0].containerPort',
        'FieldValueNotSupported spec.restartPolicy',
      ]),
    );
  });

  test('a namespace that is not there is named', async () => {
    const result = await cluster.tryKubectl(['create', 'configmap', 'a', '-n', 'nowhere']);
    expect(result.stderr).toContain('namespaces "nowhere" not found');
  });

  test('a stale write is a conflict and changes nothing', async () => {
    await cluster.kubectl('create', 'configmap', 'contended', '--from-literal=a=1');
    const read = await cluster.get<ConfigMap>('configmap', 'contended');
    await cluster.kubectl('patch', 'configmap', 'contended', '-p', '{"data":{"a":"2"}}');
    const stale = await request(
      'PUT',
      `${configMaps}/contended`,
      authorized(),
      JSON.stringify({ ...read, data: { a: '3' } }),
    );
    expect(stale.status).toBe(409);
    expect(stale.body.message).toBe(
      'Operation cannot be fulfilled on configmaps "contended": the object has been modified; please apply your changes to the latest version and try again',
    );
    expect((await cluster.get<ConfigMap>('configmap', 'contended')).data).toEqual({ a: '2' });
  });

  test('a body over 3 MiB is 413, a malformed one 400, an unknown format 415', async () => {
    const big = await request('POST', configMaps, authorized(), `{"data":{"a":"${'x'.repeat(3 * 1024 * 1024)}"}}`);
    expect([big.status, big.body.reason]).toEqual([413, 'RequestEntityTooLarge']);
    const malformed = await request('POST', configMaps, authorized(), '{"metadata": {');
    expect([malformed.status, malformed.body.reason]).toEqual([400, 'BadRequest']);
    const format = await request('POST', configMaps, { ...authorized(), 'content-type': 'text/html' }, '<p>');
    expect([format.status, format.body.reason]).toEqual([415, 'UnsupportedMediaType']);
  });
});

describe('pods that cannot run', () => {
  test('an image that cannot be pulled backs off and says why', async () => {
    await cluster.tryKubectl(['create', '-f', '-'], pod('no-image', { image: 'localhost:1/nothing:1' }));
    await eventually(async () => {
      const { status } = await cluster.get<Pod>('pod', 'no-image');
      expect(['ErrImagePull', 'ImagePullBackOff']).toContain(status!.containerStatuses![0]!.state!.waiting!.reason);
    });
    await eventually(async () => {
      expect(await cluster.kubectl('get', 'pod', 'no-image')).toContain('ImagePullBackOff');
      const { items } = await cluster.get<{ items: Event[] }>(
        'events',
        '--field-selector',
        'involvedObject.name=no-image',
      );
      expect(items.find((event) => event.reason === 'Failed')?.message).toMatch(
        /Failed to pull image "localhost:1\/nothing:1"/,
      );
    });
    await cluster.kubectl('delete', 'pod', 'no-image');
  });

  test('a container that crashes is restarted ever later', async () => {
    await cluster.tryKubectl(['create', '-f', '-'], pod('crash', { command: ['sh', '-c', 'echo dying; exit 3'] }));
    await eventually(async () => {
      const { status } = await cluster.get<Pod>('pod', 'crash');
      const [container] = status!.containerStatuses!;
      expect(container!.restartCount).toBeGreaterThanOrEqual(2);
      expect(container!.state!.waiting?.reason).toBe('CrashLoopBackOff');
      expect(container!.lastState!.terminated).toMatchObject({ exitCode: 3, reason: 'Error' });
    }, 90);
    expect(await cluster.kubectl('logs', 'crash', '--previous')).toBe('dying\n');
    await cluster.kubectl('delete', 'pod', 'crash');
  });

  test('a request that no node can hold says what is missing', async () => {
    await cluster.tryKubectl(
      ['create', '-f', '-'],
      pod('huge', { resources: { requests: { cpu: '500', memory: '16Mi' } } }),
    );
    await eventually(async () => {
      const { items } = await cluster.get<{ items: Event[] }>(
        'events',
        '--field-selector',
        'involvedObject.name=huge,reason=FailedScheduling',
      );
      expect(items[0]!.message).toMatch(/^0\/1 nodes are available: 1 Insufficient cpu\./);
    });
    await cluster.kubectl('delete', 'pod', 'huge');
  });
});

describe('a database that goes away for ten seconds', () => {
  test('is answered with 503 and Retry-After; nothing acknowledged is lost and all recovers by itself', async () => {
    const acknowledged = new Set<string>();
    const refusals: Answer[] = [];
    let writing = true;
    const writer = (async () => {
      for (let i = 0; writing; i++) {
        const name = `kept-${i}`;
        const answer = await request('POST', configMaps, authorized(), JSON.stringify({ metadata: { name } }));
        if (answer.status === 201) acknowledged.add(name);
        else refusals.push(answer);
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    })();
    await eventually(() => expect(acknowledged.size).toBeGreaterThan(20));
    await database.stop();
    await new Promise((resolve) => setTimeout(resolve, OUTAGE_MS));
    database = await startEmbeddedPostgres(databaseDir, { port: databasePort });
    const before = acknowledged.size;
    await eventually(() => expect(acknowledged.size).toBeGreaterThan(before + 20), 30);
    writing = false;
    await writer;
    expect(refusals.length).toBeGreaterThan(0);
    for (const refusal of refusals) {
      expect(refusal.status).toBe(503);
      expect(Number(refusal.headers['retry-after'])).toBeGreaterThan(0);
      expect(refusal.body).toMatchObject({ kind: 'Status', reason: 'ServiceUnavailable' });
    }
    const stored = new Set(
      (await cluster.kubectl('get', 'configmaps', '-o', 'name'))
        .split('\n')
        .map((line) => line.replace('configmap/', '')),
    );
    for (const name of acknowledged) expect(stored).toContain(name);

    await cluster.tryKubectl(['create', '-f', '-'], pod('afterwards', { command: ['sleep', '3600'] }));
    await eventually(
      async () => expect(await cluster.kubectl('get', 'pod', 'afterwards')).toMatch(/1\/1 +Running/),
      60,
    );
  });
});
