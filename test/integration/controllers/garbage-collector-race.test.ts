import { afterAll, beforeAll, expect, test } from 'vitest';
import type { OwnershipReader } from '../../../src/client/contract.ts';
import { CONFIG_MAPS, type ConfigMap, NAMESPACES } from '../../../src/client/resources.ts';
import { collectDependents } from '../../../src/controllers/garbage-collector/collect.ts';
import type { ReconcileContext } from '../../../src/reconcile/contract.ts';
import { type Api, startApi } from '../../support/api.ts';

const NAMESPACE = 'race';

let api: Api;
beforeAll(async () => {
  api = await startApi();
  await api.client().create(NAMESPACES, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE } });
});
afterAll(async () => await api?.close());

const configMap = (name: string, owners: ConfigMap[] = []): ConfigMap => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: {
    name,
    namespace: NAMESPACE,
    ownerReferences: owners.map(({ metadata }) => ({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      name: metadata.name!,
      uid: metadata.uid!,
    })),
  },
});

function contextWith(ownership: OwnershipReader): ReconcileContext {
  return {
    tenant: 'root',
    client: api.client(),
    ownership,
    changes: api.clients.changes('root'),
    events: { event: async () => {} },
    enqueue: async () => {},
    defer: () => {},
    now: () => new Date(),
    signal: new AbortController().signal,
  };
}

test('a dependent that gains an owner after it was read is kept for it', async () => {
  const client = api.client();
  const [gone, heir] = [
    await client.create(CONFIG_MAPS, configMap('gone')),
    await client.create(CONFIG_MAPS, configMap('heir')),
  ];
  const dependent = await client.create(CONFIG_MAPS, configMap('dependent', [gone]));
  await client.delete(CONFIG_MAPS, NAMESPACE, 'gone');

  const ownership = api.clients.ownership('root');
  const stale: OwnershipReader = {
    ...ownership,
    async dependents(uid) {
      const read = await ownership.dependents(uid);
      const { ownerReferences } = configMap('dependent', [gone, heir]).metadata;
      await client.update(CONFIG_MAPS, { ...dependent, metadata: { ...dependent.metadata, ownerReferences } });
      return read;
    },
  };
  const uid = gone.metadata.uid!;
  await expect(collectDependents(contextWith(stale), uid)).rejects.toMatchObject({ reason: 'Conflict' });

  await collectDependents(contextWith(ownership), uid);
  const kept = await client.get(CONFIG_MAPS, NAMESPACE, 'dependent');
  expect(kept.metadata.ownerReferences?.map(({ name }) => name)).toEqual(['heir']);
});
