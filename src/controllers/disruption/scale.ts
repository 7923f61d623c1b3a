/** How many pods the controllers of some pods want together. */
import { type Pod, REPLICA_SETS } from '../../client/resources.ts';
import { controllerOf, type KubeObject, type OwnerReference } from '../../meta/object.ts';
import type { ReconcileContext } from '../../reconcile/contract.ts';

export interface Scale {
  total: number;
  /** Names of pods that nothing controls. */
  unmanaged: string[];
  /** Why it cannot be told. */
  fault?: string;
}

type Scaled = KubeObject & { spec?: { replicas?: unknown } };

export async function scaleOf(context: ReconcileContext, pods: readonly Pod[]): Promise<Scale> {
  const owners = new Map<string, { owner: OwnerReference; pod: Pod }>();
  const unmanaged: string[] = [];
  for (const pod of pods) {
    const owner = controllerOf(pod);
    if (owner === undefined) unmanaged.push(pod.metadata.name ?? '');
    else owners.set(owner.uid, { owner, pod });
  }
  // Old and new ReplicaSets of one Deployment want its pods together.
  const scales = new Map<string, number>();
  for (const { owner, pod } of owners.values()) {
    const found = await topController(context, pod.metadata.namespace ?? '', owner);
    if (found === undefined)
      return { total: 0, unmanaged, fault: `found no controllers for pod "${pod.metadata.name}"` };
    const { replicas } = found.object.spec ?? {};
    if (typeof replicas !== 'number') {
      return { total: 0, unmanaged, fault: `${found.resource} does not implement the scale subresource` };
    }
    scales.set(found.object.metadata.uid ?? '', replicas);
  }
  return { total: [...scales.values()].reduce((sum, replicas) => sum + replicas, 0), unmanaged };
}

async function topController(
  context: ReconcileContext,
  namespace: string,
  owner: OwnerReference,
): Promise<{ object: Scaled; resource: string } | undefined> {
  const ref = await context.ownership.resourceOf(owner.apiVersion, owner.kind);
  if (ref === undefined) return undefined;
  const object: Scaled | undefined = await context.client.find(ref, ref.namespaced ? namespace : '', owner.name);
  if (object === undefined || object.metadata.uid !== owner.uid) return undefined;
  const above = ref.resource === REPLICA_SETS.resource && ref.group === REPLICA_SETS.group && controllerOf(object);
  const higher = above ? await topController(context, namespace, above) : undefined;
  return higher ?? { object, resource: ref.group === '' ? ref.resource : `${ref.resource}.${ref.group}` };
}
