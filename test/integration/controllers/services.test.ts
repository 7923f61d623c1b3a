import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  DEPLOYMENTS,
  ENDPOINT_SLICES,
  ENDPOINTS,
  type Endpoints,
  PODS,
  type Pod,
  SERVICES,
  type Service,
} from '../../../src/client/resources.ts';
import { eventually } from '../../support/eventually.ts';
import { type Cluster, deployment, NAMESPACE, startCluster } from './cluster.ts';

let cluster: Cluster;
beforeAll(async () => {
  cluster = await startCluster();
});
afterAll(async () => await cluster?.stop());

async function createService(name: string, spec: Service['spec']): Promise<Service> {
  return await cluster.client.create(SERVICES, {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, namespace: NAMESPACE },
    ...(spec === undefined ? {} : { spec }),
  });
}

async function slices(service: string) {
  const labelSelector = `kubernetes.io/service-name=${service}`;
  return (await cluster.client.list(ENDPOINT_SLICES, { namespace: NAMESPACE, labelSelector })).items;
}

const endpoints = (name: string) => cluster.client.find(ENDPOINTS, NAMESPACE, name);

async function ips(app: string): Promise<string[]> {
  const { items } = await cluster.client.list(PODS, { namespace: NAMESPACE, labelSelector: `app=${app}` });
  return items.flatMap(({ status }) => status?.podIP ?? []).sort();
}

async function setReady(pod: Pod, ready: boolean): Promise<void> {
  const current = await cluster.client.get(PODS, NAMESPACE, pod.metadata.name!);
  const conditions = (current.status?.conditions ?? []).map((each) =>
    each.type === 'Ready' ? { ...each, status: ready ? 'True' : 'False' } : each,
  );
  await cluster.client.updateStatus(PODS, { ...current, status: { ...current.status, conditions } });
}

test('endpoints follow the pods of a service as they come, turn unready, and go', async () => {
  await createService('web', { selector: { app: 'web' }, ports: [{ name: 'http', port: 80, targetPort: 'http' }] });
  await eventually(
    async () => {
      expect(await slices('web')).toMatchObject([{ addressType: 'IPv4', endpoints: [] }]);
    },
    10,
    20,
  );
  await cluster.client.create(DEPLOYMENTS, deployment('web', 3));
  await eventually(
    async () => {
      const all = await ips('web');
      expect(all).toHaveLength(3);
      const [slice] = await slices('web');
      expect(slice?.ports).toEqual([{ name: 'http', port: 8080, protocol: 'TCP' }]);
      expect(slice?.endpoints?.flatMap(({ addresses }) => addresses).sort()).toEqual(all);
      expect((await endpoints('web'))?.subsets?.[0]?.addresses?.map(({ ip }) => ip).sort()).toEqual(all);
    },
    20,
    20,
  );

  const [pod] = (await cluster.client.list(PODS, { namespace: NAMESPACE, labelSelector: 'app=web' })).items;
  await setReady(pod!, false);
  await eventually(
    async () => {
      const subset = (await endpoints('web'))?.subsets?.[0];
      expect(subset?.notReadyAddresses?.map(({ ip }) => ip)).toEqual([pod!.status?.podIP]);
      const endpoint = (await slices('web'))[0]?.endpoints?.find(
        ({ targetRef }) => targetRef?.name === pod!.metadata.name,
      );
      expect(endpoint?.conditions).toEqual({ ready: false, serving: false, terminating: false });
    },
    10,
    20,
  );

  await cluster.client.patch(DEPLOYMENTS, NAMESPACE, 'web', 'merge', { spec: { replicas: 0 } });
  await eventually(
    async () => {
      expect((await endpoints('web'))?.subsets ?? []).toEqual([]);
      const left = await slices('web');
      expect(left).toHaveLength(1);
      expect(left[0]?.endpoints ?? []).toEqual([]);
    },
    20,
    20,
  );
});

test('more than a hundred pods are spread over slices of at most a hundred', async () => {
  await createService('wide', { selector: { app: 'wide' }, ports: [{ port: 80, targetPort: 8080 }] });
  await cluster.client.create(DEPLOYMENTS, deployment('wide', 120));
  await eventually(
    async () => {
      const sizes = (await slices('wide')).map(({ endpoints: each }) => each?.length ?? 0);
      expect(sizes.reduce((a, b) => a + b, 0)).toBe(120);
      expect(Math.max(...sizes)).toBeLessThanOrEqual(100);
      expect((await endpoints('wide'))?.subsets?.[0]?.addresses).toHaveLength(120);
    },
    50,
    100,
  );
});

test('the endpoints of a deleted service are deleted; those of a service without selector are left alone', async () => {
  await createService('gone', { selector: { app: 'gone' }, ports: [{ port: 80 }] });
  await createService('manual', { ports: [{ port: 80 }] });
  const manual: Endpoints = {
    apiVersion: 'v1',
    kind: 'Endpoints',
    metadata: { name: 'manual', namespace: NAMESPACE },
    subsets: [{ addresses: [{ ip: '192.0.2.1' }], ports: [{ port: 80 }] }],
  };
  await cluster.client.create(ENDPOINTS, manual);
  await eventually(
    async () => {
      expect(await endpoints('gone')).toBeDefined();
      expect(await slices('gone')).toHaveLength(1);
    },
    10,
    20,
  );
  await cluster.client.delete(SERVICES, NAMESPACE, 'gone');
  await eventually(
    async () => {
      expect(await endpoints('gone')).toBeUndefined();
      expect(await slices('gone')).toEqual([]);
    },
    10,
    20,
  );
  expect((await endpoints('manual'))?.subsets?.[0]?.addresses).toMatchObject([{ ip: '192.0.2.1' }]);
  expect(await slices('manual')).toEqual([]);
});

test('a headless service without ports lists its pods, unready ones too when it publishes them', async () => {
  const unready: Pod['metadata'] = { name: 'db-0', namespace: NAMESPACE, labels: { app: 'db' } };
  cluster.kubelet.ready = (pod) => pod.metadata.name !== 'db-0';
  await createService('db', { clusterIP: 'None', selector: { app: 'db' }, publishNotReadyAddresses: true });
  const pod = await cluster.client.create(PODS, {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: unready,
    spec: { hostname: 'db-0', subdomain: 'db', containers: [{ name: 'db', image: 'db:1' }] },
  });
  await eventually(
    async () => {
      expect((await cluster.client.get(PODS, NAMESPACE, 'db-0')).spec?.nodeName).toBe('node-a');
    },
    10,
    20,
  );
  const current = await cluster.client.get(PODS, NAMESPACE, 'db-0');
  await cluster.client.updateStatus(PODS, {
    ...current,
    status: { ...current.status, podIP: '10.244.9.9', podIPs: [{ ip: '10.244.9.9' }] },
  });
  await eventually(
    async () => {
      const [slice] = await slices('db');
      expect(slice?.metadata.labels).toMatchObject({ 'service.kubernetes.io/headless': '' });
      expect(slice?.endpoints).toEqual([
        {
          addresses: ['10.244.9.9'],
          conditions: { ready: true, serving: false, terminating: false },
          hostname: 'db-0',
          nodeName: 'node-a',
          targetRef: { kind: 'Pod', namespace: NAMESPACE, name: 'db-0', uid: pod.metadata.uid },
        },
      ]);
      expect((await endpoints('db'))?.subsets).toMatchObject([{ addresses: [{ ip: '10.244.9.9', hostname: 'db-0' }] }]);
    },
    10,
    20,
  );
});
