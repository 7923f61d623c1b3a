/** Constant defaults of core kinds other than pods (upstream's SetDefaults_* of core/v1). */
import { type PropertyDefaults, qualify } from '../merge-rules.ts';

export const coreDefaults: PropertyDefaults = qualify<unknown>('io.k8s.api.core.v1', {
  // Empty structs stand where upstream's Go types hold a struct and no pointer: they are always there.
  Event: { involvedObject: {}, source: {} },
  Namespace: { spec: {}, status: {} },
  Node: { spec: {}, status: {} },
  NodeStatus: { daemonEndpoints: {}, nodeInfo: {} },
  NodeDaemonEndpoints: { kubeletEndpoint: {} },
  LimitRange: { spec: {} },
  PersistentVolume: { spec: {}, status: {} },
  PersistentVolumeSpec: { persistentVolumeReclaimPolicy: 'Retain', volumeMode: 'Filesystem' },
  PersistentVolumeClaim: { spec: {}, status: {} },
  ResourceQuota: { spec: {}, status: {} },
  PodTemplate: { template: {} },
  ReplicationController: { spec: {}, status: {} },
  ReplicationControllerSpec: { replicas: 1 },
  Service: { spec: {}, status: {} },
  ServiceStatus: { loadBalancer: {} },
  Binding: { target: {} },
  Secret: { type: 'Opaque' },
  EndpointPort: { protocol: 'TCP' },
  ServiceSpec: { sessionAffinity: 'None', type: 'ClusterIP' },
  ServicePort: { protocol: 'TCP' },
  ClientIPConfig: { timeoutSeconds: 10_800 },
});
