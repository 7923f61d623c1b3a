/** Which objects of its namespace a pod names: what its node must be able to read (upstream's api/v1/pod visitors). */
import type { IEnvFromSource } from 'kubernetes-models/v1/EnvFromSource';
import type { IEnvVar } from 'kubernetes-models/v1/EnvVar';
import type { IPodSpec } from 'kubernetes-models/v1/PodSpec';
import type { IVolume } from 'kubernetes-models/v1/Volume';

/** Plural, as in paths. */
export type ReferencedResource =
  | 'secrets'
  | 'configmaps'
  | 'serviceaccounts'
  | 'persistentvolumeclaims'
  | 'clustertrustbundles';

export interface PodReference {
  resource: ReferencedResource;
  /** '' where the pod leaves it open (trust bundles chosen by signer). */
  name: string;
}

/** A pod annotated with this shows what a node runs by itself. */
export const MIRROR_POD = 'kubernetes.io/config.mirror';

/** In the order of their fields, repetitions included. `podName` names the claims of generic ephemeral volumes. */
export function* podReferences(spec: IPodSpec, podName = ''): Generator<PodReference> {
  if (spec.serviceAccountName) yield { resource: 'serviceaccounts', name: spec.serviceAccountName };
  for (const { name } of spec.imagePullSecrets ?? []) yield* named('secrets', name);
  for (const container of [
    ...(spec.initContainers ?? []),
    ...(spec.containers ?? []),
    ...(spec.ephemeralContainers ?? []),
  ]) {
    for (const each of container.envFrom ?? []) yield* ofEnvFrom(each);
    for (const each of container.env ?? []) yield* ofEnv(each);
  }
  for (const volume of spec.volumes ?? []) yield* ofVolume(volume, podName);
}

function* named(resource: ReferencedResource, name: string | undefined): Generator<PodReference> {
  if (name) yield { resource, name };
}

function* ofEnvFrom({ secretRef, configMapRef }: IEnvFromSource): Generator<PodReference> {
  yield* named('secrets', secretRef?.name);
  yield* named('configmaps', configMapRef?.name);
}

function* ofEnv({ valueFrom }: IEnvVar): Generator<PodReference> {
  yield* named('secrets', valueFrom?.secretKeyRef?.name);
  yield* named('configmaps', valueFrom?.configMapKeyRef?.name);
}

function* ofVolume(volume: IVolume, podName: string): Generator<PodReference> {
  yield* named('secrets', volume.secret?.secretName);
  yield* named('configmaps', volume.configMap?.name);
  yield* named('persistentvolumeclaims', volume.persistentVolumeClaim?.claimName);
  if (volume.ephemeral !== undefined) yield* named('persistentvolumeclaims', `${podName}-${volume.name}`);
  for (const { secret, configMap, clusterTrustBundle } of volume.projected?.sources ?? []) {
    yield* named('secrets', secret?.name);
    yield* named('configmaps', configMap?.name);
    if (clusterTrustBundle) yield { resource: 'clustertrustbundles', name: clusterTrustBundle.name ?? '' };
  }
  // What storage systems call their credentials.
  const { azureFile, cephfs, cinder, csi, flexVolume, iscsi, rbd, scaleIO, storageos } = volume;
  yield* named('secrets', azureFile?.secretName);
  yield* named('secrets', csi?.nodePublishSecretRef?.name);
  for (const source of [cephfs, cinder, flexVolume, iscsi, rbd, scaleIO, storageos]) {
    yield* named('secrets', source?.secretRef?.name);
  }
}
