/** How pods and everything inside of them merge: what upstream's comments say beyond the tags of Go's fields. */
import { atomic, atomicMap, inPackage, keyedBy, type MergeRules, set } from '../merge-rules.ts';

export const podMergeRules: MergeRules = inPackage(
  'io.k8s.api.core.v1',
  {
    Container: {
      ports: keyedBy('containerPort', 'protocol'),
    },
    ContainerRestartRuleOnExitCodes: {
      values: set,
    },
    EphemeralContainer: {
      ports: keyedBy('containerPort', 'protocol'),
    },
    PodSpec: {
      nodeSelector: atomicMap,
      topologySpreadConstraints: keyedBy('topologyKey', 'whenUnsatisfiable'),
    },
    PodStatus: {
      hostIPs: atomic,
    },
    ResourceRequirements: {
      claims: keyedBy('name'),
    },
    ResourceStatus: {
      resources: keyedBy('resourceID'),
    },
  },
  [
    'ConfigMapKeySelector',
    'FileKeySelector',
    'LocalObjectReference',
    'NodeSelector',
    'NodeSelectorTerm',
    'ObjectFieldSelector',
    'ResourceFieldSelector',
    'SecretKeySelector',
    'TypedLocalObjectReference',
  ],
);
