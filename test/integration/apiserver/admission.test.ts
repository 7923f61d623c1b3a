/** Rules for pods, claims and ingresses that other objects of the cluster set. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startWiredApi, type WiredApi } from '../../support/wired-api.ts';

let api: WiredApi;
beforeAll(async () => {
  api = await startWiredApi();
  await api.admin('POST', '/api/v1/namespaces/default/serviceaccounts', { body: { metadata: { name: 'default' } } });
});
afterAll(() => api?.close());

const MERGE = { 'content-type': 'application/merge-patch+json' };
const CLASSES = '/apis/scheduling.k8s.io/v1/priorityclasses';
const create = (name: string, spec: object = {}, container: object = {}, namespace = 'default') =>
  api.admin('POST', `/api/v1/namespaces/${namespace}/pods`, {
    body: { metadata: { name }, spec: { containers: [{ name: 'c', image: 'x', ...container }], ...spec } },
  });

async function namespace(name: string): Promise<void> {
  await api.admin('POST', '/api/v1/namespaces', { body: { metadata: { name } } });
  await api.admin('POST', `/api/v1/namespaces/${name}/serviceaccounts`, { body: { metadata: { name: 'default' } } });
}

describe('Priority', () => {
  test('the system’s classes are there, and stay as they are', async () => {
    const { body } = await api.admin('GET', CLASSES);
    const values = body.items.map(({ metadata, value }: { metadata: { name: string }; value: number }) => [
      metadata.name,
      value,
    ]);
    expect(values).toEqual([
      ['system-cluster-critical', 2_000_000_000],
      ['system-node-critical', 2_000_001_000],
    ]);
    const changed = await api.admin('PATCH', `${CLASSES}/system-node-critical`, {
      body: { globalDefault: true },
      headers: MERGE,
    });
    expect(changed.body.message).toContain('globalDefault of system-node-critical PriorityClass must be false');
  });

  test('a pod gets the value and the preemption of its class', async () => {
    const gold = { metadata: { name: 'gold' }, value: 700, preemptionPolicy: 'Never' };
    expect((await create('early', { priorityClassName: 'gold' })).body.message).toBe(
      'pods "early" is forbidden: no PriorityClass with name gold was found',
    );
    await api.admin('POST', CLASSES, { body: gold });
    expect(await create('rich', { priorityClassName: 'gold' })).toMatchObject({
      status: 201,
      body: { spec: { priority: 700, preemptionPolicy: 'Never', priorityClassName: 'gold' } },
    });
    expect((await create('poor', { priorityClassName: 'gold', priority: 1 })).body.message).toContain(
      'the integer value of priority (1) must not be provided in pod spec; priority admission controller computed 700',
    );
  });

  test('one class is the default of pods that name none', async () => {
    const usual = { metadata: { name: 'usual' }, value: 10, globalDefault: true };
    expect((await api.admin('POST', CLASSES, { body: usual })).status).toBe(201);
    expect((await create('plain')).body.spec).toMatchObject({ priority: 10, priorityClassName: 'usual' });
    const second = { metadata: { name: 'second' }, value: 11, globalDefault: true };
    expect((await api.admin('POST', CLASSES, { body: second })).body.message).toBe(
      'priorityclasses.scheduling.k8s.io "second" is forbidden: PriorityClass usual is already marked as globalDefault',
    );
    expect((await api.admin('DELETE', `${CLASSES}/usual`)).status).toBe(200);
    expect((await create('plainer')).body.spec).toMatchObject({ priority: 0 });
  });
});

describe('LimitRanger', () => {
  beforeAll(async () => {
    await namespace('limited');
    const limits = [
      {
        type: 'Container',
        min: { cpu: '100m' },
        max: { cpu: '1' },
        default: { cpu: '500m' },
        defaultRequest: { cpu: '200m' },
        maxLimitRequestRatio: { cpu: '4' },
      },
      { type: 'Pod', max: { cpu: '1500m' } },
      { type: 'PersistentVolumeClaim', min: { storage: '1Gi' }, max: { storage: '5Gi' } },
    ];
    const made = await api.admin('POST', '/api/v1/namespaces/limited/limitranges', {
      body: { metadata: { name: 'all' }, spec: { limits } },
    });
    expect(made.status, made.text).toBe(201);
  });
  const limited = (name: string, spec: object, container: object) => create(name, spec, container, 'limited');

  test('gives containers what they leave out, and notes that it did', async () => {
    expect((await limited('bare', {}, {})).body).toMatchObject({
      metadata: {
        annotations: {
          'kubernetes.io/limit-ranger':
            'LimitRanger plugin set: cpu request for container c; cpu limit for container c',
        },
      },
      spec: { containers: [{ resources: { requests: { cpu: '200m' }, limits: { cpu: '500m' } } }] },
      status: { qosClass: 'Burstable' },
    });
  });

  test.each([
    ['much', { limits: { cpu: '2' } }, 'maximum cpu usage per Container is 1, but limit is 2'],
    [
      'little',
      { requests: { cpu: '50m' }, limits: { cpu: '200m' } },
      'minimum cpu usage per Container is 100m, but request is 50m',
    ],
    [
      'uneven',
      { requests: { cpu: '100m' }, limits: { cpu: '900m' } },
      'cpu max limit to request ratio per Container is 4, but provided ratio is 9.000000',
    ],
  ])('refuses what is too %s', async (name, resources, why) => {
    const refused = await limited(name, {}, { resources });
    expect(refused.status).toBe(403);
    expect(refused.body.message).toContain(`pods "${name}" is forbidden: `);
    expect(refused.body.message).toContain(why);
  });

  test('counts a pod’s containers together', async () => {
    const resources = { limits: { cpu: '800m' } };
    const containers = ['a', 'b'].map((name) => ({ name, image: 'x', resources }));
    const refused = await api.admin('POST', '/api/v1/namespaces/limited/pods', {
      body: { metadata: { name: 'two' }, spec: { containers } },
    });
    expect(refused.body.message).toBe(
      'pods "two" is forbidden: maximum cpu usage per Pod is 1500m, but limit is 1600m',
    );
  });

  test('holds claims to their sizes', async () => {
    const claim = (storage: string) =>
      api.admin('POST', '/api/v1/namespaces/limited/persistentvolumeclaims', {
        body: {
          metadata: { name: 'c' },
          spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage } } },
        },
      });
    expect((await claim('500Mi')).body.message).toContain(
      'minimum storage usage per PersistentVolumeClaim is 1Gi, but request is 500Mi',
    );
    expect((await claim('6Gi')).body.message).toContain(
      'maximum storage usage per PersistentVolumeClaim is 5Gi, but request is 6Gi',
    );
    expect((await claim('2Gi')).status).toBe(201);
  });

  test('is over with the LimitRange', async () => {
    await api.admin('DELETE', '/api/v1/namespaces/limited/limitranges/all');
    expect((await limited('free', {}, { resources: { limits: { cpu: '3' } } })).status).toBe(201);
  });
});

describe('default classes', () => {
  const claims = '/api/v1/namespaces/default/persistentvolumeclaims';
  const spec = { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } };
  const claim = (name: string, more: object = {}) =>
    api.admin('POST', claims, { body: { metadata: { name }, spec: { ...spec, ...more } } });

  test('a claim that names no StorageClass gets the default one; an empty name is none', async () => {
    expect((await claim('before')).body.spec).not.toHaveProperty('storageClassName');
    await api.admin('POST', '/apis/storage.k8s.io/v1/storageclasses', {
      body: {
        metadata: { name: 'standard', annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' } },
        provisioner: 'example.com/disk',
      },
    });
    expect((await claim('after')).body.spec.storageClassName).toBe('standard');
    expect((await claim('none', { storageClassName: '' })).body.spec.storageClassName).toBe('');
  });

  test('a claim grows only when it is bound and its class lets it', async () => {
    const grow = () =>
      api.admin('PATCH', `${claims}/after`, {
        body: { spec: { resources: { requests: { storage: '2Gi' } } } },
        headers: MERGE,
      });
    expect((await grow()).status).toBeGreaterThanOrEqual(400);
    await api.admin('PATCH', `${claims}/after/status`, { body: { status: { phase: 'Bound' } }, headers: MERGE });
    expect((await grow()).body.message).toContain(
      'only dynamically provisioned pvc can be resized and the storageclass that provisions the pvc must support resize',
    );
    await api.admin('PATCH', '/apis/storage.k8s.io/v1/storageclasses/standard', {
      body: { allowVolumeExpansion: true },
      headers: MERGE,
    });
    expect((await grow()).status).toBe(200);
  });

  test('an Ingress that names no class gets the default one', async () => {
    const networking = '/apis/networking.k8s.io/v1';
    await api.admin('POST', `${networking}/ingressclasses`, {
      body: {
        metadata: { name: 'nginx', annotations: { 'ingressclass.kubernetes.io/is-default-class': 'true' } },
        spec: { controller: 'example.com/nginx' },
      },
    });
    const made = await api.admin('POST', `${networking}/namespaces/default/ingresses`, {
      body: { metadata: { name: 'web' }, spec: { defaultBackend: { service: { name: 'web', port: { number: 80 } } } } },
    });
    expect(made.body.spec.ingressClassName).toBe('nginx');
  });
});

describe('RuntimeClass', () => {
  test('a pod gets its class’s overhead and place', async () => {
    await api.admin('POST', '/apis/node.k8s.io/v1/runtimeclasses', {
      body: {
        metadata: { name: 'kata' },
        handler: 'kata',
        overhead: { podFixed: { cpu: '250m' } },
        scheduling: { nodeSelector: { runtime: 'kata' }, tolerations: [{ key: 'kata', operator: 'Exists' }] },
      },
    });
    const made = await create('kata', { runtimeClassName: 'kata' });
    expect(made.body.spec).toMatchObject({
      overhead: { cpu: '250m' },
      nodeSelector: { runtime: 'kata' },
      tolerations: expect.arrayContaining([{ key: 'kata', operator: 'Exists' }]),
    });
    const conflicting = await create('elsewhere', { runtimeClassName: 'kata', nodeSelector: { runtime: 'runc' } });
    expect(conflicting.body.message).toContain('conflict: runtimeClass.scheduling.nodeSelector[runtime] = kata');
    expect((await create('forged', { overhead: { cpu: '1' } })).body.message).toContain(
      'Pod Overhead set without corresponding RuntimeClass defined Overhead',
    );
  });
});
