/** autoscaling/v1 Scale over a workload. */
import { invalid } from '../../../meta/field-error.ts';
import { apiVersionOf, type ObjectMeta, type UnknownObject } from '../../../meta/object.ts';
import { own } from '../../../meta/own.ts';
import { StatusError } from '../../../meta/status-error.ts';
import { admissionRequest, type RegistryDeps, type Scope, subjectOf } from '../context.ts';
import type { ResourceDefinition } from '../contract.ts';
import { pass } from '../door.ts';
import { get, objectOf } from '../get.ts';
import { updateWith } from '../update.ts';

export interface Scale {
  kind: 'Scale';
  apiVersion: 'autoscaling/v1';
  metadata: ObjectMeta;
  spec: { replicas: number };
  status: { replicas: number; selector?: string };
}

export async function getScale(deps: RegistryDeps, scope: Scope, name: string): Promise<Scale> {
  return scaleOf(scope.definition, objectOf(await get(deps, scope, name)));
}

/** Sets the replicas that `change` makes of the current Scale, whose types were checked; compares resourceVersion when the result names another. */
export async function updateScale(
  deps: RegistryDeps,
  scope: Scope,
  name: string,
  change: (current: Scale) => Scale,
  options: { dryRun: boolean },
): Promise<Scale> {
  const { definition } = scope;
  const answer = await updateWith(
    deps,
    scope,
    name,
    async (current) => {
      const before = scaleOf(definition, current);
      const after = change(structuredClone(before));
      const request = admissionRequest(scope, 'UPDATE', name, 'scale', options.dryRun);
      request.object = after as unknown as UnknownObject;
      request.old = before as unknown as UnknownObject;
      const passed = await pass(deps, request, () => checkScale(scope, name, after, before));
      const object = structuredClone(current);
      write(object, definition.scale?.specReplicasPath ?? '', after.spec?.replicas ?? 0);
      return { object, conditional: false, passed };
    },
    { dryRun: options.dryRun, subresource: 'scale' },
  );
  return scaleOf(definition, objectOf(answer));
}

function checkScale(scope: Scope, name: string, after: Scale, before: Scale): void {
  const { metadata, spec } = after;
  if (metadata?.name && metadata.name !== name) {
    throw StatusError.badRequest(
      `the name of the object (${metadata.name}) does not match the name on the URL (${name})`,
    );
  }
  const version = metadata?.resourceVersion;
  if (version && version !== before.metadata.resourceVersion) {
    throw StatusError.modified(subjectOf(scope.definition), name);
  }
  const replicas = spec?.replicas ?? 0;
  if (replicas < 0) {
    throw StatusError.invalid({ group: 'autoscaling', kind: 'Scale' }, name, [
      invalid('spec.replicas', replicas, 'must be greater than or equal to 0'),
    ]);
  }
}

export function scaleOf(definition: ResourceDefinition, object: UnknownObject): Scale {
  const scale = definition.scale;
  if (scale === undefined) throw new Error(`${apiVersionOf(definition.group, definition.kind)} has no scale`);
  const { name, namespace, uid, resourceVersion, creationTimestamp } = object.metadata;
  return {
    kind: 'Scale',
    apiVersion: 'autoscaling/v1',
    metadata: {
      ...(name === undefined ? {} : { name }),
      ...(namespace === undefined ? {} : { namespace }),
      ...(uid === undefined ? {} : { uid }),
      ...(resourceVersion === undefined ? {} : { resourceVersion }),
      ...(creationTimestamp === undefined ? {} : { creationTimestamp }),
    },
    spec: { replicas: read(object, scale.specReplicasPath) },
    status: { replicas: read(object, scale.statusReplicasPath), selector: scale.selector(object) },
  };
}

/** Paths are dotted, with or without a leading dot: `.spec.replicas`. */
function steps(path: string): string[] {
  return path.split('.').filter((step) => step !== '');
}

function read(object: UnknownObject, path: string): number {
  let value: unknown = object;
  for (const step of steps(path)) value = own(value as Record<string, unknown> | undefined, step);
  return typeof value === 'number' ? value : 0;
}

function write(object: UnknownObject, path: string, value: number): void {
  const names = steps(path);
  const last = names.pop();
  if (last === undefined) return;
  let parent: Record<string, unknown> = object;
  for (const step of names) {
    parent[step] ??= {};
    parent = parent[step] as Record<string, unknown>;
  }
  parent[last] = value;
}
