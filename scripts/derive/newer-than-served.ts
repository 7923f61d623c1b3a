/** Fields of the package's surface (v1.36) that v1.35 does not have, by definition. */
export const NEWER_THAN_SERVED: Readonly<Record<string, readonly string[]>> = {
  'io.k8s.api.core.v1.PodSpec': ['schedulingGroup'],
  'io.k8s.api.core.v1.PodStatus': ['nodeAllocatableResourceClaimStatuses'],
  'io.k8s.api.core.v1.ResourceHealth': ['message'],
  'io.k8s.api.core.v1.VolumeMountStatus': ['volumeStatus'],
  'io.k8s.api.resource.v1.Device': ['nodeAllocatableResourceMappings'],
  'io.k8s.api.resource.v1.DeviceAttribute': ['bools', 'ints', 'strings', 'versions'],
  'io.k8s.api.storage.v1.CSIDriverSpec': ['preventPodSchedulingIfMissing'],
  'io.k8s.apimachinery.pkg.apis.meta.v1.ListMeta': ['shardInfo'],
};
