/** The API as pods see it: the Service `kubernetes`, with the token and the CA that every pod is given. */
import { existsSync, realpathSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ConfigMap, Service } from '../../src/client/resources.ts';
import { createCluster, run, type TestCluster } from '../support/cluster.ts';

let cluster: TestCluster;

beforeAll(async () => {
  cluster = await createCluster();
  await cluster.start();
});
afterAll(() => cluster?.remove());

const FOLDER = '/var/run/secrets/kubernetes.io/serviceaccount';

/** As client libraries do in a pod: the environment's address, the mounted token, and the mounted CA, which is checked. */
const ASK = `
  const { readFileSync } = require('node:fs');
  const { KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT: port } = process.env;
  const authorization = 'Bearer ' + readFileSync('${FOLDER}/token', 'utf8');
  const ask = (path) => new Promise((resolve, reject) => {
    const ca = readFileSync('${FOLDER}/ca.crt');
    require('node:https').get({ host, port, path, ca, headers: { authorization } }, (response) => {
      let body = '';
      response.on('data', (chunk) => (body += chunk)).on('end', () => resolve([response.statusCode, JSON.parse(body)]));
    }).on('error', reject);
  });
  (async () => {
    const namespace = '/api/v1/namespaces/' + readFileSync('${FOLDER}/namespace', 'utf8');
    const [granted, configMap] = await ask(namespace + '/configmaps/kube-root-ca.crt');
    const [refused, status] = await ask(namespace + '/secrets');
    console.log(JSON.stringify({ host, port, granted, name: configMap.metadata.name, refused, message: status.message }));
  })();
`;

test('a pod reaches the API at KUBERNETES_SERVICE_HOST and PORT, trusts it by the CA it is given, and is known by its token', async () => {
  await cluster.kubectl('create', 'rolebinding', 'viewers', '--clusterrole=view', '--serviceaccount=default:default');
  // The images here hold only busybox, whose TLS client checks no certificate: so this machine's Node, with the libraries it
  // is linked to.
  const mounts = [
    { name: 'node', mountPath: '/node', hostPath: process.execPath },
    { name: 'lib', mountPath: '/lib', hostPath: '/usr/lib' },
    { name: 'lib64', mountPath: '/lib64', hostPath: existsSync('/lib64') ? '/lib64' : '/usr/lib' },
  ];
  const pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'asks' },
    spec: {
      restartPolicy: 'Never',
      volumes: mounts.map(({ name, hostPath }) => ({ name, hostPath: { path: realpathSync(hostPath) } })),
      containers: [
        {
          name: 'main',
          image: 'busybox:1.36',
          command: ['/node', '-e', ASK],
          volumeMounts: mounts.map(({ name, mountPath }) => ({ name, mountPath, readOnly: true })),
        },
      ],
    },
  };
  expect((await cluster.tryKubectl(['create', '-f', '-'], JSON.stringify(pod))).stderr).toBe('');
  await cluster.kubectl('wait', '--for=jsonpath={.status.phase}=Succeeded', 'pod/asks', '--timeout=60s');
  const { spec } = await cluster.get<Service>('service', 'kubernetes');
  expect(JSON.parse(await cluster.kubectl('logs', 'asks'))).toEqual({
    host: spec!.clusterIP,
    port: '443',
    granted: 200,
    name: 'kube-root-ca.crt',
    refused: 403,
    message: expect.stringContaining('User "system:serviceaccount:default:default" cannot list resource "secrets"'),
  });
});

test('a pod reaches the API with busybox’s wget, as guides do, whose TLS knows no signature of today', async () => {
  const ask =
    'cd /var/run/secrets/kubernetes.io/serviceaccount; wget --no-check-certificate -qO- --header ' +
    '"Authorization: Bearer $(cat token)" ' +
    'https://$KUBERNETES_SERVICE_HOST:$KUBERNETES_SERVICE_PORT/api/v1/namespaces/$(cat namespace)/pods';
  const containers = [{ name: 'main', image: 'busybox:1.36', command: ['sh', '-c', ask] }];
  const pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'wget' },
    spec: { restartPolicy: 'Never', containers },
  };
  expect((await cluster.tryKubectl(['create', '-f', '-'], JSON.stringify(pod))).stderr).toBe('');
  await cluster.kubectl('wait', '--for=jsonpath={.status.phase}=Succeeded', 'pod/wget', '--timeout=60s');
  expect(JSON.parse(await cluster.kubectl('logs', 'wget'))).toMatchObject({ kind: 'PodList' });
});

test('the certificate is good for every name of the Service, by the CA that pods are given', async () => {
  const { data } = await cluster.get<ConfigMap>('configmap', 'kube-root-ca.crt');
  const ca = path.join(cluster.dataDir.root, 'root-ca.crt');
  await writeFile(ca, data!['ca.crt']!);
  const { port } = new URL(cluster.url);
  const { spec } = await cluster.get<Service>('service', 'kubernetes');
  const inCluster = [
    'kubernetes',
    'kubernetes.default',
    'kubernetes.default.svc',
    'kubernetes.default.svc.cluster.local',
  ];
  for (const name of [...inCluster, 'localhost', spec!.clusterIP!]) {
    const to = `${name}:${port}:127.0.0.1:${port}`;
    const answer = await run('curl', ['-sS', '--cacert', ca, '--connect-to', to, `https://${name}:${port}/livez`]);
    expect([name, answer.stdout, answer.stderr]).toEqual([name, 'ok', '']);
  }
});
