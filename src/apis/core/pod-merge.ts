/** How pods and everything inside of them merge: list types, keys and patch strategies, which are Go struct tags upstream. */
import {
  atomic,
  atomicMap,
  inPackage,
  keyedBy,
  type MergeRules,
  mergedBy,
  patched,
  retainedBy,
  set,
} from '../merge-rules.ts';

export const podMergeRules: MergeRules = inPackage(
  'io.k8s.api.core.v1',
  {
    Capabilities: {
      add: atomic,
      drop: atomic,
    },
    CephFSVolumeSource: {
      monitors: atomic,
    },
    ConfigMapProjection: {
      items: atomic,
    },
    ConfigMapVolumeSource: {
      items: atomic,
    },
    Container: {
      args: atomic,
      command: atomic,
      env: mergedBy('name'),
      envFrom: atomic,
      ports: mergedBy('containerPort', 'protocol'),
      resizePolicy: atomic,
      restartPolicyRules: atomic,
      volumeDevices: mergedBy('devicePath'),
      volumeMounts: mergedBy('mountPath'),
    },
    ContainerRestartRuleOnExitCodes: {
      values: set,
    },
    ContainerStatus: {
      allocatedResourcesStatus: mergedBy('name'),
      volumeMounts: mergedBy('mountPath'),
    },
    DownwardAPIProjection: {
      items: atomic,
    },
    DownwardAPIVolumeSource: {
      items: atomic,
    },
    EphemeralContainer: {
      args: atomic,
      command: atomic,
      env: mergedBy('name'),
      envFrom: atomic,
      ports: mergedBy('containerPort', 'protocol'),
      resizePolicy: atomic,
      restartPolicyRules: atomic,
      volumeDevices: mergedBy('devicePath'),
      volumeMounts: mergedBy('mountPath'),
    },
    ExecAction: {
      command: atomic,
    },
    FCVolumeSource: {
      targetWWNs: atomic,
      wwids: atomic,
    },
    HTTPGetAction: {
      httpHeaders: atomic,
    },
    HostAlias: {
      hostnames: atomic,
    },
    ISCSIVolumeSource: {
      portals: atomic,
    },
    LinuxContainerUser: {
      supplementalGroups: atomic,
    },
    NodeAffinity: {
      preferredDuringSchedulingIgnoredDuringExecution: atomic,
    },
    NodeSelector: {
      nodeSelectorTerms: atomic,
    },
    NodeSelectorRequirement: {
      values: atomic,
    },
    NodeSelectorTerm: {
      matchExpressions: atomic,
      matchFields: atomic,
    },
    PersistentVolumeClaimSpec: {
      accessModes: atomic,
    },
    PodAffinity: {
      preferredDuringSchedulingIgnoredDuringExecution: atomic,
      requiredDuringSchedulingIgnoredDuringExecution: atomic,
    },
    PodAffinityTerm: {
      matchLabelKeys: atomic,
      mismatchLabelKeys: atomic,
      namespaces: atomic,
    },
    PodAntiAffinity: {
      preferredDuringSchedulingIgnoredDuringExecution: atomic,
      requiredDuringSchedulingIgnoredDuringExecution: atomic,
    },
    PodDNSConfig: {
      nameservers: atomic,
      options: atomic,
      searches: atomic,
    },
    PodExtendedResourceClaimStatus: {
      requestMappings: atomic,
    },
    PodSecurityContext: {
      supplementalGroups: atomic,
      sysctls: atomic,
    },
    PodSpec: {
      containers: mergedBy('name'),
      ephemeralContainers: mergedBy('name'),
      hostAliases: mergedBy('ip'),
      imagePullSecrets: mergedBy('name'),
      initContainers: mergedBy('name'),
      nodeSelector: atomicMap,
      readinessGates: atomic,
      resourceClaims: retainedBy('name'),
      schedulingGates: mergedBy('name'),
      tolerations: atomic,
      topologySpreadConstraints: mergedBy('topologyKey', 'whenUnsatisfiable'),
      volumes: retainedBy('name'),
    },
    PodStatus: {
      conditions: mergedBy('type'),
      containerStatuses: atomic,
      ephemeralContainerStatuses: atomic,
      hostIPs: { ...atomic, ...patched('merge', 'ip') },
      initContainerStatuses: atomic,
      podIPs: mergedBy('ip'),
      resourceClaimStatuses: retainedBy('name'),
    },
    ProjectedVolumeSource: {
      sources: atomic,
    },
    RBDVolumeSource: {
      monitors: atomic,
    },
    ResourceRequirements: {
      claims: keyedBy('name'),
    },
    ResourceStatus: {
      resources: keyedBy('resourceID'),
    },
    SecretProjection: {
      items: atomic,
    },
    SecretVolumeSource: {
      items: atomic,
    },
    TopologySpreadConstraint: {
      matchLabelKeys: atomic,
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
