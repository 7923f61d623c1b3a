import type { Reader } from '../../client/contract.ts';
import { NODES, type Pod } from '../../client/resources.ts';
import { MIRROR_POD, podReferences } from '../../meta/pod-references.ts';
import type { AdmissionRequest } from './contract.ts';
import { forbid } from './forbid.ts';

const REFUSED = ['secrets', 'configmaps', 'clustertrustbundles', 'persistentvolumeclaims'] as const;

type PodSpec = NonNullable<Pod['spec']>;

/** The only pods that a node may create show what it runs by itself: bound to it, owned by it, using nothing of the API. */
export async function assertMirrorPod(request: AdmissionRequest, name: string, reader: Reader): Promise<void> {
  const { metadata, spec = { containers: [] } } = request.object as unknown as Pod;
  const node = JSON.stringify(name);
  const refuse = (reason: string) => forbid(request, reason);
  if (metadata.annotations?.[MIRROR_POD] === undefined) {
    throw refuse(
      `pod does not have ${JSON.stringify(MIRROR_POD)} annotation, node ${node} can only create mirror pods`,
    );
  }
  if (spec.nodeName !== name) throw refuse(`node ${node} can only create pods with spec.nodeName set to itself`);
  const [owner, ...others] = metadata.ownerReferences ?? [];
  if (others.length > 0) {
    throw refuse(`node ${node} can only create pods with a single owner reference set to itself`);
  }
  if (owner?.apiVersion !== 'v1' || owner.kind !== 'Node' || owner.name !== name) {
    throw refuse(`node ${node} can only create pods with an owner reference set to itself`);
  }
  if (!owner.controller) {
    throw refuse(`node ${node} can only create pods with a controller owner reference set to itself`);
  }
  if (owner.blockOwnerDeletion) {
    throw refuse(`node ${node} must not set blockOwnerDeletion on an owner reference`);
  }
  const { metadata: own } = await reader.get(NODES, '', name);
  if (owner.uid !== own.uid) throw refuse(`node ${name} UID mismatch: expected ${owner.uid} got ${own.uid}`);

  if (spec.serviceAccountName) throw refuse(`node ${node} can not create pods that reference a service account`);
  const what = referenceOf(spec);
  if (what !== undefined) throw refuse(`node ${node} can not create pods that reference ${what}`);
}

/** The first kind of object that the pod refers to, in the plural. */
function referenceOf(spec: PodSpec): string | undefined {
  const found = new Set([...podReferences(spec)].map(({ resource }) => resource));
  return REFUSED.find((resource) => found.has(resource));
}
