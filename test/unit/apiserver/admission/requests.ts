import type { AdmissionRequest } from '../../../../src/apiserver/admission/contract.ts';
import type { ResourceDefinition } from '../../../../src/apiserver/registry/contract.ts';
import type { Reader, ResourceRef } from '../../../../src/client/contract.ts';
import type { KubeObject, UnknownObject } from '../../../../src/meta/object.ts';
import { StatusError } from '../../../../src/meta/status-error.ts';

/** What a test says of the resource; the plugins look at nothing else of a definition. */
function definition(group: string, resource: string): ResourceDefinition {
  return {
    group,
    version: 'v1',
    kind: '',
    resource,
    singular: '',
    namespaced: true,
    schema: {},
    definitions: {},
    strategy: {},
  };
}

/** A request of tenant "t" for `resource` ("pods", "leases.coordination.k8s.io", "pods/status"). */
export function request(
  operation: AdmissionRequest['operation'],
  resource: string,
  fields: Partial<Omit<AdmissionRequest, 'object' | 'old'>> & { object?: object; old?: object } = {},
): AdmissionRequest {
  const [qualified = '', subresource = ''] = resource.split('/');
  const [name = '', ...group] = qualified.split('.');
  const { object, old, ...others } = fields;
  return {
    tenant: 't',
    user: { name: 'alice', groups: ['system:authenticated'] },
    operation,
    definition: definition(group.join('.'), name),
    subresource,
    namespace: 'default',
    name: 'web',
    options: { dryRun: false },
    ...(object === undefined ? {} : { object: object as UnknownObject }),
    ...(old === undefined ? {} : { old: old as UnknownObject }),
    ...others,
  };
}

/**
 * Knows the objects it was given, of tenant "t", by "resource/namespace/name"; null stands for one that is not there, and
 * lists by resource. All else throws, so that no read goes unnoticed.
 */
export function strictReaders(
  objects: Record<string, object | null>,
  lists: Record<string, readonly object[]> = {},
): (tenant: string) => Reader {
  const lookUp = (resource: ResourceRef<KubeObject>, namespace: string, name: string) => {
    const key = [resource.resource, namespace, name].filter(Boolean).join('/');
    const object = objects[key];
    if (object === undefined) throw new Error(`the test has not set up ${key}`);
    return object;
  };
  return (tenant) => {
    if (tenant !== 't') throw new Error(`the test has not set up tenant ${tenant}`);
    return {
      async find<T extends KubeObject>(resource: ResourceRef<T>, namespace: string, name: string) {
        return (lookUp(resource as ResourceRef<KubeObject>, namespace, name) ?? undefined) as T | undefined;
      },
      async get<T extends KubeObject>(resource: ResourceRef<T>, namespace: string, name: string) {
        const object = lookUp(resource as ResourceRef<KubeObject>, namespace, name);
        if (object === null) throw StatusError.notFound(resource, name);
        return object as T;
      },
      async list<T extends KubeObject>(resource: ResourceRef<T>) {
        const items = lists[resource.resource];
        if (items === undefined) throw new Error(`the test has not set up a list of ${resource.resource}`);
        return { items: [...items] as unknown as T[], resourceVersion: '1' };
      },
    };
  };
}
