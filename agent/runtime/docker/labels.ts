/** Everything the agent must know of a container, on its labels and in its name. */
import type { ContainerIdentity, ContainerKind } from '../contract.ts';

export const CLUSTER_LABEL = 'kedge.dev/cluster';
const KIND = 'kedge.dev/kind';
const ATTEMPT = 'kedge.dev/attempt';
const HASH = 'kedge.dev/spec-hash';
export const POD_UID_LABEL = 'io.kubernetes.pod.uid';
const POD_NAME = 'io.kubernetes.pod.name';
const POD_NAMESPACE = 'io.kubernetes.pod.namespace';
const CONTAINER = 'io.kubernetes.container.name';

export function labelsOf(cluster: string, identity: ContainerIdentity): Record<string, string> {
  return {
    [CLUSTER_LABEL]: cluster,
    [KIND]: identity.kind,
    [ATTEMPT]: String(identity.attempt),
    [HASH]: identity.hash,
    [POD_UID_LABEL]: identity.podUid,
    [POD_NAME]: identity.podName,
    [POD_NAMESPACE]: identity.podNamespace,
    [CONTAINER]: identity.kind === 'sandbox' ? 'POD' : identity.container,
  };
}

export function identityOf(labels: Record<string, string>): ContainerIdentity {
  const kind = (labels[KIND] ?? 'container') as ContainerKind;
  return {
    kind,
    podUid: labels[POD_UID_LABEL] ?? '',
    podName: labels[POD_NAME] ?? '',
    podNamespace: labels[POD_NAMESPACE] ?? '',
    container: kind === 'sandbox' ? '' : (labels[CONTAINER] ?? ''),
    attempt: Number(labels[ATTEMPT] ?? 0),
    hash: labels[HASH] ?? '',
  };
}

/** `kedge-<cluster>-<pod>-<namespace>-<first 8 of the uid>-<container>-<attempt>` */
export function containerName(cluster: string, identity: ContainerIdentity): string {
  const { podName, podNamespace, podUid, container, kind, attempt } = identity;
  const part = kind === 'sandbox' ? 'POD' : container;
  return `kedge-${cluster}-${podName}-${podNamespace}-${podUid.slice(0, 8)}-${part}-${attempt}`;
}
