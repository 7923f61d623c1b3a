/** A control plane over a fresh database with all controllers running, and a kubelet that is a few lines of the test. */

import type { AppDeps } from '../../../src/apiserver/app.ts';
import { createSignsOfLife, ensureTenant } from '../../../src/apiserver/storage/postgres/index.ts';
import type { Client } from '../../../src/client/contract.ts';
import { DEPLOYMENTS, type Deployment, NAMESPACES, NODES, PODS, type Pod } from '../../../src/client/resources.ts';
import { allControllers } from '../../../src/controllers/index.ts';
import { timestamp } from '../../../src/meta/object.ts';
import { isStatus } from '../../../src/meta/status-error.ts';
import { type Controller, DONE } from '../../../src/reconcile/contract.ts';
import { objectKey, splitKey } from '../../../src/reconcile/keys.ts';
import { createRunner } from '../../../src/reconcile/runner.ts';
import { ADMIN, type Api, startApi } from '../../support/api.ts';

export const NAMESPACE = 'shop';
export const NODE = 'node-a';
export const CA = '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n';

export interface Cluster {
  api: Api;
  client: Client;
  /** An admin of another tenant, whose Namespace and Node are called the same. */
  otherTenant: Client;
  /** Which pods the kubelet lets become ready; the others are bound and pending. */
  kubelet: { ready: (pod: Pod) => boolean; touch(): Promise<void> };
  stop(): Promise<void>;
}

export async function startCluster(
  options: { extra?: Controller[]; now?: () => Date; deps?: Partial<AppDeps> } = {},
): Promise<Cluster> {
  const api = await startApi(options.deps);
  const client = api.client();
  const abort = new AbortController();
  const kubelet: Cluster['kubelet'] = {
    ready: () => true,
    /** Makes it look at every pod again. */
    async touch() {
      for (const { metadata } of (await client.list(PODS)).items) {
        const annotations = { touched: crypto.randomUUID() };
        const patched = client.patch(PODS, metadata.namespace!, metadata.name!, 'merge', { metadata: { annotations } });
        // It may have gone meanwhile.
        await patched.catch((error: unknown) => {
          if (!isStatus(error, 'NotFound')) throw error;
        });
      }
    },
  };
  const runner = createRunner({
    db: api.db,
    store: api.deps.store,
    feed: api.deps.feed,
    controllers: [
      ...allControllers({
        caBundle: CA,
        issueSecretToken: async (_, { name }) => `token-of-${name}`,
        nodeSilence: createSignsOfLife(api.db).silence,
      }),
      fakeKubelet(kubelet),
      ...(options.extra ?? []),
    ],
    clients: api.clients,
    ...(options.now === undefined ? {} : { now: options.now }),
  });
  await ensureTenant(api.db, 'other');
  const otherTenant = api.clients.as('other', ADMIN);
  for (const each of [client, otherTenant]) {
    await each.create(NAMESPACES, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE } });
    await each.create(NODES, { apiVersion: 'v1', kind: 'Node', metadata: { name: NODE } });
    await reportReady(each, NODE);
  }
  const loop = runner.loop(abort.signal);
  return {
    api,
    client,
    otherTenant,
    kubelet,
    async stop() {
      abort.abort();
      await loop;
      await api.close();
    },
  };
}

/** `skew`: seconds that the node's clock is ahead. */
export async function reportReady(client: Client, name: string, skew = 0): Promise<void> {
  const node = await client.get(NODES, '', name);
  const at = timestamp(new Date(Date.now() + skew * 1000));
  const ready = {
    type: 'Ready',
    status: 'True',
    reason: 'KubeletReady',
    message: 'kubelet is posting ready status',
    lastHeartbeatTime: at,
    lastTransitionTime: at,
  };
  const others = (node.status?.conditions ?? []).filter(({ type }) => type !== 'Ready');
  await client.updateStatus(NODES, { ...node, status: { ...node.status, conditions: [...others, ready] } });
}

/** The node that a DaemonSet means its pod for. */
function affineNode({ spec }: Pod): string | undefined {
  const required = spec?.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  return required?.nodeSelectorTerms[0]?.matchFields?.find(({ key }) => key === 'metadata.name')?.values?.[0];
}

/** Binds pods to the node, runs them at once, and ends those that are being deleted. */
function fakeKubelet(kubelet: Cluster['kubelet']): Controller {
  let addresses = 0;
  return {
    name: 'fake-kubelet',
    watches: ['pods'],
    keys: (change) => (change.type === 'DELETED' ? [] : [objectKey(change.object)]),
    async reconcile({ client }, key) {
      const { namespace, name } = splitKey(key);
      const pod = await client.find(PODS, namespace, name);
      if (pod === undefined) return DONE;
      try {
        if (pod.metadata.deletionTimestamp !== undefined) {
          await client.delete(PODS, namespace, name, { gracePeriodSeconds: 0 });
        } else if (!pod.spec?.nodeName) {
          await client.createSubresource(PODS, namespace, name, 'binding', {
            apiVersion: 'v1',
            kind: 'Binding',
            metadata: { name, namespace },
            target: { kind: 'Node', name: affineNode(pod) ?? NODE },
          } as unknown as Pod);
        } else if ((pod.status?.phase ?? 'Pending') === 'Pending' && kubelet.ready(pod)) {
          const podIP = `10.244.0.${++addresses}`;
          await client.updateStatus(PODS, {
            ...pod,
            status: {
              ...pod.status,
              phase: 'Running',
              podIP,
              podIPs: [{ ip: podIP }],
              conditions: [{ type: 'Ready', status: 'True', lastTransitionTime: timestamp(new Date()) }],
            },
          });
        }
      } catch (error) {
        if (!isStatus(error, 'NotFound')) throw error;
      }
      return DONE;
    },
  };
}

export function deployment(
  name: string,
  replicas: number,
  rest: Partial<NonNullable<Deployment['spec']>> = {},
): Deployment {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace: NAMESPACE },
    spec: {
      replicas,
      selector: { matchLabels: { app: name } },
      template: {
        metadata: { labels: { app: name } },
        spec: { containers: [{ name: 'web', image: 'web:1', ports: [{ name: 'http', containerPort: 8080 }] }] },
      },
      ...rest,
    },
  };
}

export async function setImage(client: Client, name: string, image: string): Promise<Deployment> {
  const template = { spec: { containers: [{ name: 'web', image }] } };
  return await client.patch(DEPLOYMENTS, NAMESPACE, name, 'strategic', { spec: { template } });
}
