/** Controllers over objects whose labels, names and conditions are called like properties of Object.prototype. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { DEPLOYMENTS, ENDPOINT_SLICES, NODES, PODS, SERVICES } from '../../../src/client/resources.ts';
import { timestamp } from '../../../src/meta/object.ts';
import { eventually } from '../../support/eventually.ts';
import { type Cluster, NAMESPACE, NODE, startCluster } from './cluster.ts';

let cluster: Cluster;
beforeAll(async () => {
  cluster = await startCluster();
});
afterAll(async () => await cluster?.stop());

it('S12: a Deployment, its pods and a Service find each other by labels of such names', async () => {
  const { client } = cluster;
  const labels = { constructor: 'a', toString: 'b', valueOf: 'c', hasOwnProperty: 'd' };
  await client.create(DEPLOYMENTS, {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'constructor', namespace: NAMESPACE },
    spec: {
      replicas: 2,
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: {
          containers: [{ name: 'constructor', image: 'web:1', ports: [{ name: 'valueof', containerPort: 80 }] }],
        },
      },
    },
  });
  await client.create(SERVICES, {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'constructor', namespace: NAMESPACE },
    spec: { selector: { toString: 'b' }, ports: [{ name: 'constructor', port: 80, targetPort: 'valueof' }] },
  });
  await eventually(async () => {
    const deployment = await client.get(DEPLOYMENTS, NAMESPACE, 'constructor');
    expect(deployment.status).toMatchObject({ replicas: 2, readyReplicas: 2, availableReplicas: 2 });
    const { items } = await client.list(ENDPOINT_SLICES, { namespace: NAMESPACE });
    expect(items.flatMap(({ endpoints }) => endpoints)).toHaveLength(2);
    expect(items[0]?.ports).toEqual([{ name: 'constructor', port: 80, protocol: 'TCP' }]);
  }, 20);
  const { items } = await client.list(PODS, { namespace: NAMESPACE, labelSelector: 'constructor=a' });
  expect(items).toHaveLength(2);
});

it('S12: a node with a condition of such a type gets the taints of its other conditions alone', async () => {
  const { client } = cluster;
  const node = await client.get(NODES, '', NODE);
  const at = timestamp(new Date());
  const condition = (type: string) => ({
    type,
    status: 'True' as const,
    lastHeartbeatTime: at,
    lastTransitionTime: at,
  });
  const conditions = ['constructor', '__proto__', 'toString', 'DiskPressure'].map(condition);
  await client.updateStatus(NODES, {
    ...node,
    status: { ...node.status, conditions: [...(node.status?.conditions ?? []), ...conditions] },
  });
  await eventually(async () => {
    const { spec } = await client.get(NODES, '', NODE);
    expect(spec?.taints?.map(({ key, effect }) => `${key}:${effect}`)).toEqual([
      'node.kubernetes.io/disk-pressure:NoSchedule',
    ]);
  }, 20);
});
