/**
 * A Client over a map, for unit tests of what reads and writes objects. It knows no defaults and no validation, and throws
 * on what it does not implement, so that a test cannot pass by accident.
 */
import type {
  ChangeReader,
  Client,
  ListOptions,
  LoggedChange,
  ObjectList,
  PatchType,
  ResourceRef,
} from '../../src/client/contract.ts';
import type { Pod } from '../../src/client/resources.ts';
import { apiVersionOf, groupResource, type KubeObject } from '../../src/meta/object.ts';
import { matchesFields, parseFieldSelector } from '../../src/meta/selectors.ts';
import { StatusError } from '../../src/meta/status-error.ts';

type Ref = ResourceRef<KubeObject>;

export class MemoryClient implements Client {
  readonly #objects = new Map<string, KubeObject>();
  readonly #log: { revision: number; change: LoggedChange }[] = [];
  #revision = 0;
  /** How often each verb was used, by "verb resource". */
  readonly counts = new Map<string, number>();

  /** Puts an object there as the API would hold it, with uid and resourceVersion. */
  put<T extends KubeObject>(resource: ResourceRef<T>, object: T): T {
    const stored = structuredClone({
      ...object,
      apiVersion: apiVersionOf(resource.group, resource.version),
      kind: resource.kind,
      metadata: {
        creationTimestamp: '2026-01-01T00:00:00Z',
        ...object.metadata,
        uid: object.metadata.uid ?? crypto.randomUUID(),
        resourceVersion: String(++this.#revision),
      },
    });
    const key = keyOf(resource, object.metadata.namespace ?? '', object.metadata.name!);
    this.#append(resource, this.#objects.has(key) ? 'MODIFIED' : 'ADDED', stored);
    this.#objects.set(key, stored);
    return structuredClone(stored);
  }

  async find<T extends KubeObject>(resource: ResourceRef<T>, namespace: string, name: string): Promise<T | undefined> {
    this.#count('get', resource);
    return structuredClone(this.#objects.get(keyOf(resource, namespace, name)) as T | undefined);
  }

  async get<T extends KubeObject>(resource: ResourceRef<T>, namespace: string, name: string): Promise<T> {
    const found = await this.find(resource, namespace, name);
    if (found === undefined) throw StatusError.notFound(resource, name);
    return found;
  }

  async list<T extends KubeObject>(resource: ResourceRef<T>, options: ListOptions = {}): Promise<ObjectList<T>> {
    this.#count('list', resource);
    if (options.labelSelector !== undefined) throw new Error('label selectors are not implemented');
    const requirements = parseFieldSelector(options.fieldSelector ?? '');
    const prefix = keyOf(resource, options.namespace ?? '', '');
    const items = [...this.#objects]
      .filter(([key]) => key.startsWith(options.namespace === undefined ? `${keyOf(resource)} ` : prefix))
      .map(([, object]) => object)
      .filter((object) => matchesFields(requirements, fieldsOf(object as Pod)));
    return { items: structuredClone(items) as T[], resourceVersion: String(this.#revision) };
  }

  async create<T extends KubeObject>(resource: ResourceRef<T>, object: T): Promise<T> {
    this.#count('create', resource);
    const { name = '', namespace = '' } = object.metadata;
    if (this.#objects.has(keyOf(resource, namespace, name))) throw StatusError.alreadyExists(resource, name);
    return this.put(resource, object);
  }

  async update<T extends KubeObject>(resource: ResourceRef<T>, object: T): Promise<T> {
    this.#count('update', resource);
    const { name = '', namespace = '', resourceVersion } = object.metadata;
    const stored = this.#objects.get(keyOf(resource, namespace, name));
    if (stored === undefined) throw StatusError.notFound(resource, name);
    if (resourceVersion !== undefined && resourceVersion !== stored.metadata.resourceVersion) {
      throw StatusError.modified(resource, name);
    }
    return this.put(resource, object);
  }

  async delete<T extends KubeObject>(resource: ResourceRef<T>, namespace: string, name: string): Promise<void> {
    this.#count('delete', resource);
    const key = keyOf(resource, namespace, name);
    const object = this.#objects.get(key);
    if (object === undefined) throw StatusError.notFound(resource, name);
    this.#objects.delete(key);
    this.#revision++;
    this.#append(resource, 'DELETED', object);
  }

  /** The changes since a revision, as the change log has them. */
  get changes(): ChangeReader {
    return {
      since: async (revision, resources) => {
        this.counts.set('changes', (this.counts.get('changes') ?? 0) + 1);
        const changes = this.#log
          .filter((each) => each.revision > revision && resources.includes(each.change.resource))
          .map(({ change }) => structuredClone(change));
        return { changes, through: this.#revision };
      },
    };
  }

  /** Only a strategic patch of conditions in a status. */
  async patch<T extends KubeObject>(
    resource: ResourceRef<T>,
    namespace: string,
    name: string,
    type: PatchType,
    patch: unknown,
    subresource?: string,
  ): Promise<T> {
    this.#count('patch', resource);
    if (type !== 'strategic' || subresource !== 'status') throw new Error(`${type} patch is not implemented`);
    const stored = (await this.get(resource, namespace, name)) as unknown as Pod;
    const { conditions } = (patch as Pod).status!;
    const kept = (stored.status?.conditions ?? []).filter(
      (each) => !conditions!.some(({ type }) => type === each.type),
    );
    stored.status = { ...stored.status, conditions: [...kept, ...conditions!] };
    return this.put(resource, stored as unknown as T);
  }

  /** Only pods/binding. */
  async createSubresource<T extends KubeObject, R extends KubeObject>(
    resource: ResourceRef<T>,
    namespace: string,
    name: string,
    subresource: string,
    body: R,
  ): Promise<R> {
    this.#count(subresource, resource);
    if (subresource !== 'binding') throw new Error(`${subresource} is not implemented`);
    const pod = (await this.get(resource, namespace, name)) as unknown as Pod;
    const binding = body as unknown as { target: { name: string } };
    if ((pod.spec?.nodeName ?? '') !== '') {
      const detail = `pod ${name} is already assigned to node "${pod.spec!.nodeName}"`;
      throw StatusError.conflict({ group: '', resource: 'pods/binding' }, name, detail);
    }
    this.put(resource, { ...pod, spec: { ...pod.spec!, nodeName: binding.target.name } } as unknown as T);
    return body;
  }

  updateStatus<T extends KubeObject>(): Promise<T> {
    throw new Error('updateStatus is not implemented');
  }

  updateSubresource<T extends KubeObject>(): Promise<T> {
    throw new Error('updateSubresource is not implemented');
  }

  #append(resource: Ref, type: LoggedChange['type'], object: KubeObject): void {
    const { name = '', namespace = '' } = object.metadata;
    const change = { resource: groupResource(resource.group, resource.resource), namespace, name, type, object };
    this.#log.push({ revision: this.#revision, change });
  }

  #count(verb: string, resource: Ref): void {
    const key = `${verb} ${resource.resource}`;
    this.counts.set(key, (this.counts.get(key) ?? 0) + 1);
  }
}

function keyOf(resource: Ref, namespace?: string, name?: string): string {
  const root = groupResource(resource.group, resource.resource);
  return namespace === undefined ? root : `${root} ${namespace}/${name}`;
}

function fieldsOf({ spec, status }: Pod): Record<string, string> {
  return {
    'spec.nodeName': spec?.nodeName ?? '',
    'spec.schedulerName': spec?.schedulerName ?? 'default-scheduler',
    'status.phase': status?.phase ?? 'Pending',
  };
}
