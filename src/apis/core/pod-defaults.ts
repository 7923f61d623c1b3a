/** Constant defaults of pods and pod templates (upstream's SetDefaults_* of core/v1). Dependent ones: pod-strategy.ts. */
import { type PropertyDefaults, qualify } from '../merge-rules.ts';

/** Octal 0644. */
const FILE_MODE = 420;

export const podDefaults: PropertyDefaults = qualify<unknown>('io.k8s.api.core.v1', {
  // Empty structs stand where upstream's Go types hold a struct and no pointer: they are always there.
  Pod: { spec: {}, status: {} },
  PodTemplateSpec: { spec: {} },
  PodSpec: {
    dnsPolicy: 'ClusterFirst',
    restartPolicy: 'Always',
    schedulerName: 'default-scheduler',
    securityContext: {},
    terminationGracePeriodSeconds: 30,
  },
  Container: containerDefaults(),
  EphemeralContainer: containerDefaults(),
  ContainerPort: { protocol: 'TCP' },
  Probe: { timeoutSeconds: 1, periodSeconds: 10, successThreshold: 1, failureThreshold: 3 },
  HTTPGetAction: { path: '/', port: 0, scheme: 'HTTP' },
  TCPSocketAction: { port: 0 },
  GRPCAction: { service: '' },
  ObjectFieldSelector: { apiVersion: 'v1' },
  ResourceFieldSelector: { divisor: '0' },
  FileKeySelector: { optional: false },
  SecretVolumeSource: { defaultMode: FILE_MODE },
  ConfigMapVolumeSource: { defaultMode: FILE_MODE },
  DownwardAPIVolumeSource: { defaultMode: FILE_MODE },
  ProjectedVolumeSource: { defaultMode: FILE_MODE },
  ServiceAccountTokenProjection: { expirationSeconds: 3600 },
  HostPathVolumeSource: { type: '' },
  ISCSIVolumeSource: { iscsiInterface: 'default' },
  RBDVolumeSource: { pool: 'rbd', user: 'admin', keyring: '/etc/ceph/keyring' },
  AzureDiskVolumeSource: { cachingMode: 'ReadWrite', kind: 'Shared', fsType: 'ext4', readOnly: false },
  ScaleIOVolumeSource: { storageMode: 'ThinProvisioned', fsType: 'xfs' },
  ContainerStatus: { state: {}, lastState: {} },
  PreferredSchedulingTerm: { preference: {} },
  WeightedPodAffinityTerm: { podAffinityTerm: {} },
  PersistentVolumeClaimTemplate: { spec: {} },
  PersistentVolumeClaimSpec: { resources: {}, volumeMode: 'Filesystem' },
});

function containerDefaults(): Record<string, unknown> {
  return { resources: {}, terminationMessagePath: '/dev/termination-log', terminationMessagePolicy: 'File' };
}
