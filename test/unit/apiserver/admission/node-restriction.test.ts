import { describe, expect, test } from 'vitest';
import type { AdmissionRequest } from '../../../../src/apiserver/admission/contract.ts';
import { nodeRestriction } from '../../../../src/apiserver/admission/node-restriction.ts';
import { request, strictReaders } from './requests.ts';

const node = { name: 'system:node:a', groups: ['system:nodes', 'system:authenticated'] };

/** Resolves when node "a" may do this. `objects` are what the plugin may read. */
async function admit(
  operation: AdmissionRequest['operation'],
  resource: string,
  fields: Parameters<typeof request>[2] = {},
  objects: Record<string, object | null> = {},
): Promise<void> {
  const plugin = nodeRestriction({ readerOf: strictReaders(objects) });
  const each = request(operation, resource, { user: node, ...fields });
  if (plugin.handles(each)) await plugin.admit?.(each);
}

test('only nodes are restricted', async () => {
  const other = { metadata: { name: 'b' } };
  const fields = { name: 'b', object: other, old: other };
  await admit('UPDATE', 'nodes', { ...fields, user: { name: 'alice', groups: [] } });
  await admit('UPDATE', 'nodes', { ...fields, user: { name: 'system:node:a', groups: [] } });
  await expect(admit('UPDATE', 'nodes', fields)).rejects.toMatchObject({
    status: { code: 403, message: 'nodes "b" is forbidden: node "a" is not allowed to modify node "b"' },
  });
  await expect(admit('UPDATE', 'nodes', { ...fields, user: { ...node, name: 'system:node:' } })).rejects.toThrow(
    'could not determine node from user "system:node:"',
  );
});

describe('its own Node', () => {
  const own = (fields: object = {}, labels?: object) => ({
    metadata: { name: 'a', ...(labels ? { labels } : {}) },
    ...fields,
  });
  const update = (object: object, old: object = own()) => admit('UPDATE', 'nodes', { name: 'a', object, old });

  test('may be registered and reported on', async () => {
    await admit('CREATE', 'nodes', {
      name: 'a',
      object: own(
        { spec: { taints: [{ key: 'x', effect: 'NoSchedule' }] } },
        { 'kubernetes.io/hostname': 'a', rack: '1' },
      ),
    });
    await admit('UPDATE', 'nodes/status', { name: 'a', object: own({ status: { phase: 'Running' } }), old: own() });
    await update(own({}, { 'node.kubernetes.io/x': '1', 'topology.kubernetes.io/zone': 'z' }));
  });

  test.each([
    [
      own({ spec: { taints: [] } }),
      own({ spec: { taints: [{ key: 'x', effect: 'NoSchedule' }] } }),
      'node "a" is not allowed to modify taints',
    ],
    [
      own({ spec: { configSource: { configMap: {} } } }),
      own(),
      'node "a" is not allowed to update configSource to a new non-nil configSource',
    ],
    [
      own({}, { 'node-restriction.kubernetes.io/tier': 'gold', 'kubernetes.io/x': '1' }),
      own(),
      'is not allowed to modify labels: kubernetes.io/x, node-restriction.kubernetes.io/tier',
    ],
    [
      own(),
      own({}, { 'team.node-restriction.kubernetes.io/a': 'b' }),
      'is not allowed to modify labels: team.node-restriction.kubernetes.io/a',
    ],
    [
      { metadata: { name: 'a', ownerReferences: [{ uid: 'x' }] } },
      own(),
      'node "a" is not allowed to modify ownerReferences',
    ],
  ])('may not become %j from %j', async (object, old, reason) => {
    await expect(update(object, old)).rejects.toThrow(`nodes "a" is forbidden: ${reason}`);
  });

  test('may not be registered with labels that draw workloads', async () => {
    const object = own({}, { 'node-restriction.kubernetes.io/tier': 'gold' });
    await expect(admit('CREATE', 'nodes', { name: 'a', object })).rejects.toThrow(
      'node "a" is not allowed to set the following labels: node-restriction.kubernetes.io/tier',
    );
  });
});

describe('pods', () => {
  const bound = (name: string, labels: object = {}) => ({
    metadata: { name: 'web', labels },
    spec: { nodeName: name },
  });

  test('may be deleted, evicted and reported on by the node they are bound to', async () => {
    await admit('DELETE', 'pods', { old: bound('a') });
    await admit('CREATE', 'pods/eviction', {}, { 'pods/default/web': bound('a') });
    await admit('UPDATE', 'pods/status', { object: bound('a'), old: bound('a') });
  });

  test('of other nodes are out of reach', async () => {
    await expect(admit('DELETE', 'pods', { old: bound('b') })).rejects.toThrow(
      'pods "web" is forbidden: node "a" can only delete pods with spec.nodeName set to itself',
    );
    await expect(admit('CREATE', 'pods/eviction', {}, { 'pods/default/web': bound('b') })).rejects.toThrow(
      'node a can only evict pods with spec.nodeName set to itself',
    );
    await expect(admit('UPDATE', 'pods/status', { object: bound('a'), old: bound('b') })).rejects.toThrow(
      'node "a" can only update pod status for pods with spec.nodeName set to itself',
    );
  });

  test('are not changed but for their status', async () => {
    await expect(admit('UPDATE', 'pods', { object: bound('a'), old: bound('a') })).rejects.toThrow(
      'unexpected operation "UPDATE", node "a" can only create and delete mirror pods',
    );
    await expect(admit('UPDATE', 'pods/binding', { object: bound('a'), old: bound('a') })).rejects.toThrow(
      "unexpected pod subresource \"binding\", only 'status' and 'eviction' are allowed",
    );
    await expect(admit('UPDATE', 'pods/status', { object: bound('a', { x: 'y' }), old: bound('a') })).rejects.toThrow(
      'node "a" cannot update labels through pod status',
    );
  });
});

describe('a pod that a node creates', () => {
  const owner = { apiVersion: 'v1', kind: 'Node', name: 'a', uid: 'uid-a', controller: true };
  const mirror = (spec: object = {}, metadata: object = {}) => ({
    metadata: {
      name: 'web',
      annotations: { 'kubernetes.io/config.mirror': 'hash' },
      ownerReferences: [owner],
      ...metadata,
    },
    spec: { nodeName: 'a', containers: [{ name: 'app' }], ...spec },
  });
  const create = (object: object) => admit('CREATE', 'pods', { object }, { 'nodes/a': { metadata: { uid: 'uid-a' } } });

  test('may mirror what the node runs by itself', async () => {
    await create(mirror());
  });

  test.each([
    [
      mirror({}, { annotations: {} }),
      'pod does not have "kubernetes.io/config.mirror" annotation, node "a" can only create mirror pods',
    ],
    [mirror({ nodeName: 'b' }), 'node "a" can only create pods with spec.nodeName set to itself'],
    [mirror({}, { ownerReferences: [] }), 'node "a" can only create pods with an owner reference set to itself'],
    [
      mirror({}, { ownerReferences: [{ ...owner, name: 'b' }] }),
      'node "a" can only create pods with an owner reference set to itself',
    ],
    [
      mirror({}, { ownerReferences: [owner, owner] }),
      'node "a" can only create pods with a single owner reference set to itself',
    ],
    [
      mirror({}, { ownerReferences: [{ ...owner, controller: false }] }),
      'node "a" can only create pods with a controller owner reference set to itself',
    ],
    [mirror({}, { ownerReferences: [{ ...owner, uid: 'old' }] }), 'node a UID mismatch: expected old got uid-a'],
    [mirror({ serviceAccountName: 'x' }), 'node "a" can not create pods that reference a service account'],
    [mirror({ imagePullSecrets: [{ name: 'x' }] }), 'node "a" can not create pods that reference secrets'],
    [
      mirror({ volumes: [{ name: 'x', csi: { driver: 'd', nodePublishSecretRef: { name: 'x' } } }] }),
      'node "a" can not create pods that reference secrets',
    ],
    [
      mirror({ containers: [{ name: 'app', envFrom: [{ configMapRef: { name: 'x' } }] }] }),
      'node "a" can not create pods that reference configmaps',
    ],
    [
      mirror({ volumes: [{ name: 'x', persistentVolumeClaim: { claimName: 'x' } }] }),
      'node "a" can not create pods that reference persistentvolumeclaims',
    ],
  ])('%j is refused', async (object, reason) => {
    await expect(create(object)).rejects.toThrow(`pods "web" is forbidden: ${reason}`);
  });
});

describe('a token', () => {
  const volumes = [
    { name: 't', projected: { sources: [{ serviceAccountToken: { path: 'token', audience: 'vault' } }] } },
  ];
  const pod = (name: string) => ({ metadata: { name: 'web', uid: 'uid-1' }, spec: { nodeName: name, volumes } });
  const reference = { apiVersion: 'v1', kind: 'Pod', name: 'web', uid: 'uid-1' };
  const ask = (spec: object, on = 'a') =>
    admit(
      'CREATE',
      'serviceaccounts/token',
      { name: 'robot', object: { metadata: {}, spec } },
      { 'pods/default/web': pod(on) },
    );

  test('is given for a pod of the node, for an audience it asks for', async () => {
    await ask({ audiences: ['vault'], boundObjectRef: reference });
  });

  test.each([
    [{}, 'a', 'node requested token not bound to a pod'],
    [{ boundObjectRef: { ...reference, kind: 'Secret' } }, 'a', 'node requested token not bound to a pod'],
    [{ boundObjectRef: { ...reference, uid: '' } }, 'a', 'node requested token with a pod binding without a uid'],
    [
      { boundObjectRef: { ...reference, uid: 'old' } },
      'a',
      'the UID in the bound object reference (old) does not match the UID in record. The object might have been deleted and then recreated',
    ],
    [{ boundObjectRef: reference }, 'b', 'node requested token bound to a pod scheduled on a different node'],
    [
      { boundObjectRef: reference, audiences: ['bank'] },
      'a',
      'audience "bank" not found in pod spec volume, system:node:a is not authorized to request tokens for this audience',
    ],
    [{ boundObjectRef: reference, audiences: ['vault', 'bank'] }, 'a', 'node may only request 0 or 1 audiences'],
  ])('%j for a pod on %s is refused', async (spec, on, reason) => {
    await expect(ask(spec, on)).rejects.toThrow(`serviceaccounts "robot" is forbidden: ${reason}`);
  });
});

describe('leases', () => {
  const lease = (name: string, namespace = 'kube-node-lease') => ({ name, namespace, object: { metadata: { name } } });

  test('of the node itself may be made and renewed', async () => {
    await admit('CREATE', 'leases.coordination.k8s.io', lease('a'));
    await admit('UPDATE', 'leases.coordination.k8s.io', lease('a'));
  });

  test('of others may not', async () => {
    await expect(admit('UPDATE', 'leases.coordination.k8s.io', lease('b'))).rejects.toThrow(
      'leases.coordination.k8s.io "b" is forbidden: can only access node lease with the same name as the requesting node',
    );
    await expect(admit('UPDATE', 'leases.coordination.k8s.io', lease('a', 'default'))).rejects.toThrow(
      'can only access leases in the "kube-node-lease" system namespace',
    );
  });
});
