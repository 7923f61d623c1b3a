import type { IVolume } from 'kubernetes-models/v1/Volume';
import type { Pod } from '../../client/resources.ts';
import { randomSuffix } from '../../meta/names.ts';

const PREFIX = 'kube-api-access-';
const MOUNT_PATH = '/var/run/secrets/kubernetes.io/serviceaccount';
/** An hour and seven seconds, by which upstream tells tokens that were injected from those that were asked for. */
const EXPIRATION_SECONDS = 3607;

type PodSpec = NonNullable<Pod['spec']>;

/**
 * Mounts a token, the cluster's CA and the namespace's name where in-cluster clients look for them, in every container
 * that mounts nothing else there.
 */
export function mountToken(spec: PodSpec): void {
  const existing = spec.volumes?.find(({ name }) => name.startsWith(PREFIX));
  const name = existing?.name ?? PREFIX + randomSuffix();
  let used = false;
  for (const container of [...(spec.initContainers ?? []), ...(spec.containers ?? [])]) {
    const mounts = container.volumeMounts ?? [];
    if (mounts.some(({ mountPath }) => mountPath === MOUNT_PATH)) continue;
    container.volumeMounts = [...mounts, { name, readOnly: true, mountPath: MOUNT_PATH }];
    used = true;
  }
  if (used && existing === undefined) spec.volumes = [...(spec.volumes ?? []), tokenVolume(name)];
}

function tokenVolume(name: string): IVolume {
  return {
    name,
    projected: {
      defaultMode: 0o644,
      sources: [
        { serviceAccountToken: { expirationSeconds: EXPIRATION_SECONDS, path: 'token' } },
        { configMap: { name: 'kube-root-ca.crt', items: [{ key: 'ca.crt', path: 'ca.crt' }] } },
        {
          downwardAPI: {
            items: [{ path: 'namespace', fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.namespace' } }],
          },
        },
      ],
    },
  };
}
