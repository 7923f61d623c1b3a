/** S13: what a node may read is what its agent needs: the real agent's pods start, and its credential opens no more. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createCluster, type TestCluster } from '../support/cluster.ts';
import { eventually } from '../support/eventually.ts';

let cluster: TestCluster;

beforeAll(async () => {
  cluster = await createCluster();
  await cluster.start();
  const applied = await cluster.tryKubectl(['apply', '-f', '-'], MANIFEST);
  expect(applied.stderr).toBe('');
});
afterAll(() => cluster?.remove());

const MANIFEST = `
apiVersion: v1
kind: Secret
metadata: { name: pull }
type: kubernetes.io/dockerconfigjson
stringData: { .dockerconfigjson: '{"auths":{"registry.example.com":{"username":"u","password":"p"}}}' }
---
apiVersion: v1
kind: ServiceAccount
metadata: { name: runner }
imagePullSecrets: [{ name: pull }]
---
apiVersion: v1
kind: Secret
metadata: { name: for-env }
stringData: { WORD: from-secret }
---
apiVersion: v1
kind: Secret
metadata: { name: for-volume }
stringData: { word: mounted-secret }
---
apiVersion: v1
kind: Secret
metadata: { name: nobodys }
stringData: { word: hush }
---
apiVersion: v1
kind: ConfigMap
metadata: { name: settings }
data: { COLOUR: teal, plain: from-map }
---
apiVersion: v1
kind: Pod
metadata: { name: reader }
spec:
  serviceAccountName: runner
  terminationGracePeriodSeconds: 0
  containers:
    - name: c
      image: busybox:1.36
      command: [sh, -c]
      args:
        - >-
          echo $WORD $COLOUR $PLAIN $(cat /secret/word) $(cat /all/word) $(cat /all/plain);
          wc -c < /var/run/secrets/kubernetes.io/serviceaccount/token;
          head -1 /var/run/secrets/kubernetes.io/serviceaccount/ca.crt;
          sleep 3600
      envFrom:
        - secretRef: { name: for-env }
      env:
        - { name: COLOUR, valueFrom: { configMapKeyRef: { name: settings, key: COLOUR } } }
        - { name: PLAIN, valueFrom: { configMapKeyRef: { name: settings, key: plain } } }
      volumeMounts:
        - { name: secret, mountPath: /secret }
        - { name: all, mountPath: /all }
  volumes:
    - { name: secret, secret: { secretName: for-volume } }
    - name: all
      projected:
        sources:
          - secret: { name: for-volume }
          - configMap: { name: settings }
`;

/** kubectl with the agent's own credential. */
const asNode = (...args: string[]) =>
  cluster.tryKubectl(args, undefined, { KUBECONFIG: cluster.dataDir.agentKubeconfig });

describe('S13: with a real agent', () => {
  test('a pod gets every Secret, ConfigMap and token that it names', async () => {
    await cluster.kubectl('wait', 'pod/reader', '--for=condition=Ready', '--timeout=120s');
    await eventually(async () => {
      const [words, bytes, certificate] = (await cluster.kubectl('logs', 'reader')).split('\n');
      expect(words).toBe('from-secret teal from-map mounted-secret mounted-secret from-map');
      expect(Number(bytes)).toBeGreaterThan(500);
      expect(certificate).toBe('-----BEGIN CERTIFICATE-----');
    });
  });

  test('its credential reads those, and neither others nor a list', async () => {
    expect((await asNode('get', 'secret', 'for-volume')).code).toBe(0);
    const refused = await asNode('get', 'secret', 'nobodys');
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain(`no relationship found between node '${cluster.nodeName}' and this object`);
    for (const args of [
      ['get', 'secrets'],
      ['get', 'secrets', '-A'],
      ['get', 'configmaps', '-A'],
      ['get', 'pods', '-A'],
      ['create', 'token', 'default'],
    ]) {
      const { code, stderr } = await asNode(...args);
      expect(code, args.join(' ')).toBe(1);
      expect(stderr, args.join(' ')).toContain('is forbidden');
    }
  });

  test('what the pod named is closed when the pod has gone', async () => {
    await cluster.kubectl('delete', 'pod', 'reader', '--wait=true', '--timeout=60s');
    await eventually(async () => expect((await asNode('get', 'secret', 'for-volume')).code).toBe(1));
  });
});
