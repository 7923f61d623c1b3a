import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startWiredApi, type WiredApi } from '../../../support/wired-api.ts';
import { testKind } from './kind-cases.ts';

let api: WiredApi;
beforeAll(async () => {
  api = await startWiredApi();
});
afterAll(() => api?.close());
const core = (resource: string) => `/api/v1/namespaces/default/${resource}`;
const storage = (resource: string) => `/apis/storage.k8s.io/v1/${resource}`;
const MERGE = { 'content-type': 'application/merge-patch+json' };

describe('volumes and claims', () => {
  testKind(() => api, 'PersistentVolume', {
    path: '/api/v1/persistentvolumes',
    manifest: {
      apiVersion: 'v1',
      kind: 'PersistentVolume',
      metadata: { name: 'task-pv' },
      spec: {
        storageClassName: 'manual',
        capacity: { storage: '10Gi' },
        accessModes: ['ReadWriteOnce'],
        hostPath: { path: '/mnt/data' },
      },
    },
    stored: {
      spec: { persistentVolumeReclaimPolicy: 'Retain', volumeMode: 'Filesystem', hostPath: { type: '' } },
      status: { phase: 'Pending' },
    },
    row: {
      Capacity: '10Gi',
      'Access Modes': 'RWO',
      'Reclaim Policy': 'Retain',
      Status: 'Pending',
      Claim: '',
      StorageClass: 'manual',
      VolumeAttributesClass: '<unset>',
      VolumeMode: 'Filesystem',
    },
    status: { phase: 'Available' },
    frozen: [
      [
        ({ spec }) => Object.assign(spec.hostPath, { path: '/x' }),
        'spec.persistentvolumesource: Forbidden: spec.persistentvolumesource is immutable after creation',
      ],
      [
        ({ spec }) => Object.assign(spec, { volumeMode: 'Block' }),
        'spec.volumeMode: Invalid value: "Block": field is immutable',
      ],
    ],
    twins: [
      [({ spec }) => delete spec.accessModes, 'spec.accessModes: Required value'],
      [({ spec }) => delete spec.capacity, 'spec.capacity: Required value'],
      [({ spec }) => delete spec.hostPath, 'spec: Required value: must specify a volume type'],
      [
        ({ spec }) => Object.assign(spec, { nfs: { server: 'a', path: '/' } }),
        'spec.nfs: Forbidden: may not specify more than one volume type',
      ],
      [
        ({ spec }) => Object.assign(spec.capacity, { storage: '0' }),
        'spec.capacity[storage]: Invalid value: "0": must be greater than zero',
      ],
      [({ spec }) => Object.assign(spec, { accessModes: ['Often'] }), 'spec.accessModes: Unsupported value: "Often"'],
      [
        ({ spec }) => Object.assign(spec, { hostPath: undefined, local: { path: '/x' } }),
        'spec.nodeAffinity: Required value: Local volume requires node affinity',
      ],
    ],
  });

  const claim = {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name: 'task' },
    spec: { storageClassName: 'manual', accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '3Gi' } } },
  };
  testKind(() => api, 'PersistentVolumeClaim', {
    path: core('persistentvolumeclaims'),
    manifest: claim,
    stored: { spec: { volumeMode: 'Filesystem' }, status: { phase: 'Pending' } },
    row: {
      Status: 'Pending',
      Volume: '',
      Capacity: '',
      'Access Modes': '',
      StorageClass: 'manual',
      VolumeMode: 'Filesystem',
    },
    status: { phase: 'Lost' },
    frozen: [
      [
        ({ spec }) => Object.assign(spec, { accessModes: ['ReadWriteMany'] }),
        'spec: Forbidden: spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims',
      ],
    ],
    twins: [
      [({ spec }) => delete spec.accessModes, 'spec.accessModes: Required value: at least 1 access mode is required'],
      [({ spec }) => delete spec.resources, 'spec.resources[storage]: Required value'],
      [
        ({ spec }) => Object.assign(spec, { volumeMode: 'Tape' }),
        'spec.volumeMode: Unsupported value: "Tape": supported values: "Block", "Filesystem"',
      ],
    ],
  });

  test('a bound claim can grow, and not shrink below what it has', async () => {
    const at = `${core('persistentvolumeclaims')}/grown`;
    const elastic = { metadata: { name: 'manual' }, provisioner: 'example.com/disk', allowVolumeExpansion: true };
    await api.admin('POST', storage('storageclasses'), { body: elastic });
    const grown = { ...claim, metadata: { name: 'grown' }, spec: { ...claim.spec, volumeName: 'pv' } };
    await api.admin('POST', core('persistentvolumeclaims'), { body: grown });
    const status = { phase: 'Bound', capacity: { storage: '3Gi' }, accessModes: ['ReadWriteOnce'] };
    await api.admin('PATCH', `${at}/status`, { body: { status }, headers: MERGE });
    const ask = (storage: string) =>
      api.admin('PATCH', at, { body: { spec: { resources: { requests: { storage } } } }, headers: MERGE });
    expect((await ask('5Gi')).status).toBe(200);
    expect((await ask('4Gi')).status).toBe(200);
    expect((await ask('1Gi')).body.message).toContain(
      'spec.resources.requests.storage: Forbidden: field can not be less than status.capacity',
    );
  });

  test('a claim’s two data sources are told the same', async () => {
    const dataSource = { apiGroup: 'snapshot.storage.k8s.io', kind: 'VolumeSnapshot', name: 'snap' };
    const body = { ...claim, metadata: { name: 'restored' }, spec: { ...claim.spec, dataSource } };
    const made = await api.admin('POST', core('persistentvolumeclaims'), { body });
    expect(made.body.spec.dataSourceRef).toEqual(dataSource);
  });
});

describe('quotas and limits', () => {
  testKind(() => api, 'ResourceQuota', {
    path: core('resourcequotas'),
    manifest: {
      apiVersion: 'v1',
      kind: 'ResourceQuota',
      metadata: { name: 'compute' },
      spec: { hard: { 'requests.cpu': '1', 'limits.cpu': '2', pods: '4', 'count/deployments.apps': '2' } },
    },
    stored: { status: {} },
    row: { Request: '', Limit: '' },
    status: { hard: { pods: '4', 'limits.cpu': '2' }, used: { pods: '1', 'limits.cpu': '500m' } },
    twins: [
      [
        ({ spec }) => Object.assign(spec.hard, { nonsense: '1' }),
        'spec.hard[nonsense]: Invalid value: "nonsense": must be a standard resource for quota',
      ],
      [
        ({ spec }) => Object.assign(spec.hard, { pods: '1.5' }),
        'spec.hard[pods]: Invalid value: "1500m": must be an integer',
      ],
      [({ spec }) => Object.assign(spec, { scopes: ['BestEffort'] }), 'unsupported scope applied to resource'],
      [
        ({ spec }) => Object.assign(spec, { hard: { pods: '1' }, scopes: ['BestEffort', 'NotBestEffort'] }),
        'conflicting scopes',
      ],
    ],
  });

  test('a quota shows what is used of it', async () => {
    await api.admin('POST', core('resourcequotas'), {
      body: { metadata: { name: 'shown' }, spec: { hard: { pods: '4' } } },
    });
    const status = { hard: { pods: '4', 'limits.cpu': '2' }, used: { pods: '1' } };
    await api.admin('PATCH', `${core('resourcequotas')}/shown/status`, { body: { status }, headers: MERGE });
    const { body } = await api.admin('GET', `${core('resourcequotas')}/shown`, {
      headers: { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' },
    });
    expect(body.rows[0].cells.slice(0, 3)).toEqual(['shown', 'pods: 1/4', 'limits.cpu: 0/2']);
  });

  testKind(() => api, 'LimitRange', {
    path: core('limitranges'),
    manifest: {
      apiVersion: 'v1',
      kind: 'LimitRange',
      metadata: { name: 'cpu' },
      spec: { limits: [{ type: 'Container', max: { cpu: '1' }, min: { cpu: '100m' } }] },
    },
    stored: { spec: { limits: [{ default: { cpu: '1' }, defaultRequest: { cpu: '1' } }] } },
    twins: [
      [
        ({ spec }) => Object.assign(spec.limits[0], { min: { cpu: '2' } }),
        'spec.limits[0].min[cpu]: Invalid value: "2": min value 2 is greater than max value 1',
      ],
      [
        ({ spec }) => Object.assign(spec.limits[0], { default: { cpu: '2' } }),
        'spec.limits[0].default[cpu]: Invalid value: "2": default value 2 is greater than max value 1',
      ],
      [
        ({ spec }) => Object.assign(spec.limits[0], { type: 'Pod', default: { cpu: '1' } }),
        "spec.limits[0].default: Forbidden: may not be specified when `type` is 'Pod'",
      ],
      [({ spec }) => spec.limits.push(spec.limits[0]), 'spec.limits[1].type: Duplicate value: "Container"'],
      [
        ({ spec }) => Object.assign(spec.limits[0], { maxLimitRequestRatio: { cpu: '0.5' } }),
        'ratio 500m is less than 1',
      ],
    ],
  });
});

describe('storage.k8s.io/v1', () => {
  testKind(() => api, 'StorageClass', {
    path: storage('storageclasses'),
    manifest: {
      apiVersion: 'storage.k8s.io/v1',
      kind: 'StorageClass',
      metadata: { name: 'fast', annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' } },
      provisioner: 'csi.example.com/disk',
      parameters: { type: 'ssd' },
      allowVolumeExpansion: true,
    },
    stored: { reclaimPolicy: 'Delete', volumeBindingMode: 'Immediate' },
    row: {
      Name: 'fast (default)',
      Provisioner: 'csi.example.com/disk',
      ReclaimPolicy: 'Delete',
      VolumeBindingMode: 'Immediate',
      AllowVolumeExpansion: true,
    },
    frozen: [
      [
        (object) => Object.assign(object, { parameters: {} }),
        'parameters: Forbidden: updates to parameters are forbidden.',
      ],
      [(object) => Object.assign(object, { volumeBindingMode: 'WaitForFirstConsumer' }), 'field is immutable'],
    ],
    twins: [
      [(object) => delete object.provisioner, 'provisioner: Required value'],
      [
        (object) => Object.assign(object, { reclaimPolicy: 'Keep' }),
        'reclaimPolicy: Unsupported value: "Keep": supported values: "Delete", "Retain"',
      ],
    ],
  });
  testKind(() => api, 'VolumeAttributesClass', {
    path: storage('volumeattributesclasses'),
    manifest: {
      apiVersion: 'storage.k8s.io/v1',
      kind: 'VolumeAttributesClass',
      metadata: { name: 'silver' },
      driverName: 'pd.csi.example.com',
      parameters: { iops: '3000' },
    },
    row: { DriverName: 'pd.csi.example.com' },
    frozen: [
      [
        (object) => Object.assign(object, { driverName: 'x' }),
        'driverName: Forbidden: updates to driverName are forbidden.',
      ],
    ],
    twins: [[(object) => delete object.parameters, 'parameters: Required value']],
  });
  testKind(() => api, 'CSIDriver', {
    path: storage('csidrivers'),
    manifest: { apiVersion: 'storage.k8s.io/v1', kind: 'CSIDriver', metadata: { name: 'csi.example.com' }, spec: {} },
    stored: {
      spec: {
        attachRequired: true,
        podInfoOnMount: false,
        volumeLifecycleModes: ['Persistent'],
        fsGroupPolicy: 'ReadWriteOnceWithFSType',
      },
    },
    row: {
      AttachRequired: true,
      PodInfoOnMount: false,
      StorageCapacity: false,
      TokenRequests: '<unset>',
      RequiresRepublish: false,
      Modes: 'Persistent',
    },
    frozen: [
      [
        ({ spec }) => Object.assign(spec, { attachRequired: false }),
        'spec.attachRequired: Invalid value: false: field is immutable',
      ],
    ],
    twins: [[({ spec }) => Object.assign(spec, { fsGroupPolicy: 'x' }), 'spec.fsGroupPolicy: Unsupported value: "x"']],
  });
  testKind(() => api, 'CSINode', {
    path: storage('csinodes'),
    manifest: {
      apiVersion: 'storage.k8s.io/v1',
      kind: 'CSINode',
      metadata: { name: 'a' },
      spec: { drivers: [{ name: 'csi.example.com', nodeID: 'a', topologyKeys: ['zone'] }] },
    },
    row: { Drivers: 1 },
    twins: [[({ spec }) => delete spec.drivers[0].nodeID, 'spec.drivers[0].nodeID: Required value']],
  });
  testKind(() => api, 'CSIStorageCapacity', {
    path: '/apis/storage.k8s.io/v1/namespaces/default/csistoragecapacities',
    manifest: {
      apiVersion: 'storage.k8s.io/v1',
      kind: 'CSIStorageCapacity',
      metadata: { name: 'c' },
      storageClassName: 'fast',
      capacity: '100Gi',
    },
    row: { StorageClassName: 'fast', Capacity: '100Gi' },
    frozen: [
      [
        (object) => Object.assign(object, { storageClassName: 'x' }),
        'storageClassName: Invalid value: "x": field is immutable',
      ],
    ],
    twins: [
      [
        (object) => Object.assign(object, { capacity: '-1' }),
        'capacity: Invalid value: "-1": must be greater than or equal to 0',
      ],
    ],
  });
  testKind(() => api, 'VolumeAttachment', {
    path: storage('volumeattachments'),
    manifest: {
      apiVersion: 'storage.k8s.io/v1',
      kind: 'VolumeAttachment',
      metadata: { name: 'a' },
      spec: { attacher: 'csi.example.com', nodeName: 'n', source: { persistentVolumeName: 'pv' } },
    },
    row: { Attacher: 'csi.example.com', PV: 'pv', Node: 'n', Attached: false },
    status: { attached: true },
    frozen: [[({ spec }) => Object.assign(spec, { nodeName: 'm' }), 'field is immutable']],
    twins: [
      [
        ({ spec }) => Object.assign(spec, { source: {} }),
        'spec.source: Required value: must specify exactly one of inlineVolumeSpec and persistentVolumeName',
      ],
    ],
  });
});
