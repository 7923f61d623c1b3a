import { afterAll, beforeAll, expect, it } from 'vitest';
import { PODS, REPLICA_SETS } from '../../../src/client/resources.ts';
import { eventually } from '../../support/eventually.ts';
import { type Cluster, NAMESPACE, startCluster } from './cluster.ts';

let cluster: Cluster;
beforeAll(async () => {
  cluster = await startCluster();
});
afterAll(async () => await cluster?.stop());

it('a pod that its ReplicaSet releases keeps no empty list of owners', async () => {
  const { client } = cluster;
  const labels = { app: 'web' };
  await client.create(REPLICA_SETS, {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: { name: 'web', namespace: NAMESPACE },
    spec: {
      replicas: 1,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers: [{ name: 'web', image: 'web:1' }] } },
    },
  });
  const name = await eventually(async () => {
    const { items } = await client.list(PODS, { namespace: NAMESPACE });
    expect(items).toHaveLength(1);
    return items[0]!.metadata.name!;
  }, 20);
  await client.patch(PODS, NAMESPACE, name, 'merge', { metadata: { labels: { app: 'debugged' } } });
  await eventually(async () => {
    const { metadata } = await client.get(PODS, NAMESPACE, name);
    expect(metadata.labels).toEqual({ app: 'debugged' });
    expect(metadata).not.toHaveProperty('ownerReferences');
  }, 20);
});
