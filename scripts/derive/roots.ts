/**
 * The definitions that the derivation starts from: the kinds that Kedge serves, the kinds of their subresources, and what
 * every API speaks. Everything they refer to comes along. Adding a kind begins with a line here; a unit test fails when a
 * registered resource has no definition.
 */
export const ROOTS: readonly string[] = [
  ...inGroup('io.k8s.api.core.v1', [
    'Binding',
    'ConfigMap',
    'Endpoints',
    'Event',
    'Namespace',
    'Node',
    'Pod',
    'Secret',
    'Service',
    'ServiceAccount',
  ]),
  ...inGroup('io.k8s.api.apps.v1', ['ControllerRevision', 'Deployment', 'ReplicaSet']),
  ...inGroup('io.k8s.api.authentication.v1', ['SelfSubjectReview', 'TokenRequest', 'TokenReview']),
  ...inGroup('io.k8s.api.authorization.v1', [
    'LocalSubjectAccessReview',
    'SelfSubjectAccessReview',
    'SelfSubjectRulesReview',
    'SubjectAccessReview',
  ]),
  ...inGroup('io.k8s.api.autoscaling.v1', ['Scale']),
  ...inGroup('io.k8s.api.coordination.v1', ['Lease']),
  ...inGroup('io.k8s.api.discovery.v1', ['EndpointSlice']),
  ...inGroup('io.k8s.api.events.v1', ['Event']),
  ...inGroup('io.k8s.api.policy.v1', ['Eviction']),
  ...inGroup('io.k8s.api.rbac.v1', ['ClusterRole', 'ClusterRoleBinding', 'Role', 'RoleBinding']),
  ...inGroup('io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1', ['CustomResourceDefinition']),
  ...inGroup('io.k8s.apimachinery.pkg.apis.meta.v1', [
    'APIGroup',
    'APIGroupList',
    'APIResourceList',
    'APIVersions',
    'Condition',
    'DeleteOptions',
    'LabelSelector',
    'ListMeta',
    'ObjectMeta',
    'Patch',
    'Status',
    'WatchEvent',
  ]),
];

function inGroup(prefix: string, kinds: readonly string[]): string[] {
  return kinds.map((kind) => `${prefix}.${kind}`);
}

/** Fields of the package's surface (v1.36) that v1.35 does not have, by definition. */
export const NEWER_THAN_SERVED: Readonly<Record<string, readonly string[]>> = {
  'io.k8s.api.core.v1.PodSpec': ['schedulingGroup'],
  'io.k8s.api.core.v1.PodStatus': ['nodeAllocatableResourceClaimStatuses'],
  'io.k8s.api.core.v1.ResourceHealth': ['message'],
  'io.k8s.api.core.v1.VolumeMountStatus': ['volumeStatus'],
  'io.k8s.apimachinery.pkg.apis.meta.v1.ListMeta': ['shardInfo'],
};
