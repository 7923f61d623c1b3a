import { describe, expect, test } from 'vitest';
import { validatePod } from '../../../../../src/apis/core/validation/pod.ts';
import { container, pod, rendered } from './pods.ts';

const faultsOf = (...volumes: object[]) => rendered(validatePod(pod({ volumes })));
const faults = (source: object) => faultsOf({ name: 'data', ...source });

describe('a volume', () => {
  test.each([
    { emptyDir: {} },
    { emptyDir: { medium: 'Memory', sizeLimit: '1Gi' } },
    { hostPath: { path: '/var/log', type: '' } },
    { configMap: { name: 'settings', defaultMode: 0o644, items: [{ key: 'a', path: 'b/c' }] } },
    { secret: { secretName: 'keys' } },
    { persistentVolumeClaim: { claimName: 'disk' } },
    { nfs: { server: 'files', path: '/export' } },
    { csi: { driver: 'Files.example.com' } },
    { image: { reference: 'busybox', pullPolicy: 'Always' } },
    {
      downwardAPI: { items: [{ path: 'labels', fieldRef: { apiVersion: 'v1', fieldPath: "metadata.labels['app']" } }] },
    },
    {
      ephemeral: {
        volumeClaimTemplate: { spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } } },
      },
    },
    { iscsi: { targetPortal: '10.0.0.1', iqn: 'iqn.2001-04.com.example:storage', lun: 0 } },
    { fc: { targetWWNs: ['50060e801049cfd1'], lun: 1 } },
    { cephfs: { monitors: ['10.0.0.1'] } },
  ])('%j is valid', (source) => {
    expect(faults(source)).toEqual([]);
  });

  test.each([
    [{}, 'spec.volumes[0]: Required value: must specify a volume type'],
    [
      { emptyDir: {}, secret: { secretName: 'a' } },
      'spec.volumes[0].secret: Forbidden: may not specify more than 1 volume type',
    ],
    [
      { emptyDir: {}, downwardAPI: {} },
      'spec.volumes[0].downwarAPI: Forbidden: may not specify more than 1 volume type',
    ],
    [
      { emptyDir: { sizeLimit: '-1' } },
      'spec.volumes[0].emptyDir.sizeLimit: Forbidden: SizeLimit field must be a valid resource quantity',
    ],
    [
      { hostPath: { path: '/a/../b' } },
      'spec.volumes[0].hostPath.path: Invalid value: "/a/../b": must not contain \'..\'',
    ],
    [
      { hostPath: { path: '/a', type: 'Pipe' } },
      'spec.volumes[0].hostPath.type: Unsupported value: "Pipe": supported values: "", "BlockDevice", "CharDevice", "Directory", "DirectoryOrCreate", "File", "FileOrCreate", "Socket"',
    ],
    [{ secret: {} }, 'spec.volumes[0].secret.secretName: Required value'],
    [
      { secret: { secretName: 'a', defaultMode: 0o1000 } },
      'spec.volumes[0].secret.defaultMode: Invalid value: 512: must be a number between 0 and 0777 (octal), both inclusive',
    ],
    [
      { configMap: { name: 'a', items: [{ key: 'k', path: '..k' }] } },
      'spec.volumes[0].configMap.items[0].path: Invalid value: "..k": must not start with \'..\'',
    ],
    [
      { configMap: { name: 'a', items: [{ key: 'k', path: '/k' }] } },
      'spec.volumes[0].configMap.items[0].path: Invalid value: "/k": must be a relative path',
    ],
    [
      { nfs: { server: 'a', path: 'export' } },
      'spec.volumes[0].nfs.path: Invalid value: "export": must be an absolute path',
    ],
    [{ persistentVolumeClaim: { claimName: '' } }, 'spec.volumes[0].persistentVolumeClaim.claimName: Required value'],
    [
      { csi: { driver: 'files', nodePublishSecretRef: {} } },
      'spec.volumes[0].csi.nodePublishSecretRef.name: Required value',
    ],
    [{ image: { pullPolicy: 'Always' } }, 'spec.volumes[0].image.reference: Required value'],
    [
      { downwardAPI: { items: [{ path: 'a' }] } },
      'spec.volumes[0].downwardAPI: Required value: one of fieldRef and resourceFieldRef is required',
    ],
    [
      { downwardAPI: { items: [{ path: 'a', resourceFieldRef: { resource: 'limits.cpu' } }] } },
      'spec.volumes[0].downwardAPI.resourceFieldRef.containerName: Required value',
    ],
    [{ ephemeral: {} }, 'spec.volumes[0].ephemeral.volumeClaimTemplate: Required value'],
    [{ rbd: { monitors: [], image: 'a' } }, 'spec.volumes[0].rbd.monitors: Required value'],
    [{ gcePersistentDisk: { pdName: '' } }, 'spec.volumes[0].persistentDisk.pdName: Required value'],
    [
      { flexVolume: { driver: 'a', options: { 'k8s.io/x': '' } } },
      'spec.volumes[0].flexVolume.options[k8s.io/x]: Invalid value: "k8s.io/x": kubernetes.io and k8s.io namespaces are reserved',
    ],
  ])('%j is refused', (source, message) => {
    expect(faults(source)).toEqual([message]);
  });

  test('has a name of its own', () => {
    expect(faultsOf({ name: 'a', emptyDir: {} }, { name: 'a', emptyDir: {} }, { emptyDir: {} })).toEqual([
      'spec.volumes[1].name: Duplicate value: "a"',
      'spec.volumes[2].name: Required value',
    ]);
  });

  test('may not claim what another volume of the pod creates', () => {
    const spec = { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } };
    const errors = faultsOf(
      { name: 'scratch', ephemeral: { volumeClaimTemplate: { spec } } },
      { name: 'same', persistentVolumeClaim: { claimName: 'web-scratch' } },
    );
    expect(errors).toEqual([
      'spec.volumes[1].persistentVolumeClaim.claimName: Invalid value: "web-scratch": must not reference a PVC that gets created for an ephemeral volume',
    ]);
  });

  test('with a claim template must say how much and how it is used', () => {
    const template = { metadata: { labels: { a: 'b' }, name: 'mine' }, spec: {} };
    expect(faults({ ephemeral: { volumeClaimTemplate: template } })).toEqual([
      'spec.volumes[0].ephemeral.volumeClaimTemplate.metadata.name: Forbidden: cannot be set',
      'spec.volumes[0].ephemeral.volumeClaimTemplate.spec.accessModes: Required value: at least 1 access mode is required',
      'spec.volumes[0].ephemeral.volumeClaimTemplate.spec.resources[storage]: Required value',
    ]);
  });
});

describe('a projected volume', () => {
  const projected = (...sources: object[]) => faults({ projected: { sources } });
  const token = { serviceAccountToken: { path: 'token', expirationSeconds: 3607 } };

  test('joins sources that write different files', () => {
    const ca = { configMap: { name: 'kube-root-ca.crt', items: [{ key: 'ca.crt', path: 'ca.crt' }] } };
    expect(projected(token, ca)).toEqual([]);
    expect(projected(ca, ca)).toEqual([
      'spec.volumes[0].projected: Invalid value: "kube-root-ca.crt": conflicting duplicate paths',
    ]);
  });

  test.each([
    [
      { ...token, secret: { name: 'a' } },
      'spec.volumes[0].projected.sources[0]: Forbidden: may not specify more than 1 volume type per source',
    ],
    [
      { serviceAccountToken: { path: 'token', expirationSeconds: 60 } },
      'spec.volumes[0].projected.sources[0].serviceAccountToken.expirationSeconds: Invalid value: 60: may not specify a duration less than 10 minutes',
    ],
    [{ serviceAccountToken: { expirationSeconds: 3600 } }, 'spec.volumes[0].projected.path: Required value'],
    [{ secret: {} }, 'spec.volumes[0].projected.sources[0].secret.name: Required value'],
    [
      { clusterTrustBundle: { path: 'ca' } },
      'spec.volumes[0].projected.sources[0].clusterTrustBundle: Required value: either name or signerName must be specified',
    ],
  ])('refuses %j', (source, message) => {
    expect(projected(source)).toEqual([message]);
  });
});

describe('a mount', () => {
  const mounting = (mounts: object[], more: object = {}) =>
    rendered(
      validatePod(
        pod({
          volumes: [
            { name: 'data', emptyDir: {} },
            { name: 'disk', persistentVolumeClaim: { claimName: 'disk' } },
          ],
          containers: [container({ volumeMounts: mounts, ...more })],
        }),
      ),
    );

  test.each([
    [{ name: 'data' }, 'spec.containers[0].volumeMounts[0].mountPath: Required value'],
    [
      { name: 'data', mountPath: '/a', subPath: '../b' },
      'spec.containers[0].volumeMounts.subPath: Invalid value: "../b": must not contain \'..\'',
    ],
    [
      { name: 'data', mountPath: '/a', subPath: 'a', subPathExpr: 'b' },
      'spec.containers[0].volumeMounts[0].subPathExpr: Invalid value: "b": subPathExpr and subPath are mutually exclusive',
    ],
    [
      { name: 'data', mountPath: '/a', mountPropagation: 'Bidirectional' },
      'spec.containers[0].volumeMounts.mountPropagation: Forbidden: Bidirectional mount propagation is available only to privileged containers',
    ],
    [
      { name: 'data', mountPath: '/a', recursiveReadOnly: 'Enabled' },
      'spec.containers[0].volumeMounts.recursiveReadOnly: Forbidden: may only be specified when readOnly is true',
    ],
  ])('%j is refused', (mount, message) => {
    expect(mounting([mount])).toEqual([message]);
  });

  test('has a path of its own, and its volume is not used as a device too', () => {
    const mounts = [
      { name: 'data', mountPath: '/a' },
      { name: 'data', mountPath: '/a' },
    ];
    expect(mounting(mounts)).toEqual([
      'spec.containers[0].volumeMounts[1].mountPath: Invalid value: "/a": must be unique',
    ]);
    const volumeDevices = [{ name: 'disk', devicePath: '/dev/xvda' }];
    expect(mounting([{ name: 'disk', mountPath: '/a' }], { volumeDevices })).toEqual([
      'spec.containers[0].volumeMounts[0].name: Invalid value: "disk": must not already exist in volumeDevices',
      'spec.containers[0].volumeDevices[0].name: Invalid value: "disk": must not already exist in volumeMounts',
    ]);
  });

  test('of a device needs a claim', () => {
    expect(mounting([], { volumeDevices: [{ name: 'data', devicePath: '/dev/xvda' }] })).toEqual([
      'spec.containers[0].volumeDevices[0].name: Invalid value: "data": can only use volume source type of PersistentVolumeClaim or Ephemeral for block mode',
    ]);
  });
});
