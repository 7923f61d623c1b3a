/** How core kinds other than pods merge: list types, keys and patch strategies, which are Go struct tags upstream. */
import { atomic, atomicMap, inPackage, type MergeRules, mergedBy, mergedSet } from '../merge-rules.ts';

export const coreMergeRules: MergeRules = inPackage(
  'io.k8s.api.core.v1',
  {
    ComponentStatus: {
      conditions: mergedBy('type'),
    },
    ContainerImage: {
      names: atomic,
    },
    EndpointSubset: {
      addresses: atomic,
      notReadyAddresses: atomic,
      ports: atomic,
    },
    Endpoints: {
      subsets: atomic,
    },
    LoadBalancerIngress: {
      ports: atomic,
    },
    LoadBalancerStatus: {
      ingress: atomic,
    },
    NamespaceSpec: {
      finalizers: atomic,
    },
    NamespaceStatus: {
      conditions: mergedBy('type'),
    },
    NodeSpec: {
      podCIDRs: mergedSet,
      taints: atomic,
    },
    NodeStatus: {
      addresses: mergedBy('type'),
      conditions: mergedBy('type'),
      declaredFeatures: atomic,
      images: atomic,
      runtimeHandlers: atomic,
      volumesAttached: atomic,
      volumesInUse: atomic,
    },
    PersistentVolumeClaimStatus: {
      conditions: mergedBy('type'),
    },
    ReplicationControllerSpec: {
      selector: atomicMap,
    },
    ReplicationControllerStatus: {
      conditions: mergedBy('type'),
    },
    ServiceAccount: {
      imagePullSecrets: atomic,
      secrets: mergedBy('name'),
    },
    ServiceSpec: {
      clusterIPs: atomic,
      externalIPs: atomic,
      ipFamilies: atomic,
      loadBalancerSourceRanges: atomic,
      ports: mergedBy('port', 'protocol'),
      selector: atomicMap,
    },
    ServiceStatus: {
      conditions: mergedBy('type'),
    },
  },
  ['EndpointAddress', 'EndpointPort', 'ObjectReference'],
);
