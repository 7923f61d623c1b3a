/**
 * The Kubernetes API as controllers, authorizers and the agent see it. Reader and Writer are apart so that a signature
 * shows who may write. http.ts calls a server, apiserver/loopback the registry in-process; both throw StatusError.
 */
import type { KubeObject } from '../meta/object.ts';

/** A resource and the type of its objects; values are in resources.ts. */
export interface ResourceRef<T extends KubeObject> {
  group: string;
  version: string;
  /** Plural. */
  resource: string;
  kind: string;
  namespaced: boolean;
  /** Never set: carries T. */
  readonly type?: T;
}

export interface ListOptions {
  /** Absent: all namespaces. */
  namespace?: string;
  /** In the string form, e.g. "app=web,tier in (a,b)". */
  labelSelector?: string;
  fieldSelector?: string;
}

export interface ObjectList<T> {
  items: T[];
  resourceVersion: string;
}

export interface Reader {
  /** Throws NotFound. `namespace` is '' for cluster-scoped resources. */
  get<T extends KubeObject>(resource: ResourceRef<T>, namespace: string, name: string): Promise<T>;
  /** As get, but undefined when there is none. */
  find<T extends KubeObject>(resource: ResourceRef<T>, namespace: string, name: string): Promise<T | undefined>;
  list<T extends KubeObject>(resource: ResourceRef<T>, options?: ListOptions): Promise<ObjectList<T>>;
}

export type PatchType = 'json' | 'merge' | 'strategic';

export interface DeleteOptions {
  gracePeriodSeconds?: number;
  propagationPolicy?: 'Background' | 'Foreground' | 'Orphan';
  preconditions?: { uid?: string; resourceVersion?: string };
}

export interface Writer {
  create<T extends KubeObject>(resource: ResourceRef<T>, object: T): Promise<T>;
  /** Compare-and-set when metadata.resourceVersion is set. */
  update<T extends KubeObject>(resource: ResourceRef<T>, object: T): Promise<T>;
  updateStatus<T extends KubeObject>(resource: ResourceRef<T>, object: T): Promise<T>;
  patch<T extends KubeObject>(
    resource: ResourceRef<T>,
    namespace: string,
    name: string,
    type: PatchType,
    patch: unknown,
    subresource?: string,
  ): Promise<T>;
  delete<T extends KubeObject>(
    resource: ResourceRef<T>,
    namespace: string,
    name: string,
    options?: DeleteOptions,
  ): Promise<void>;
  /** POST to a subresource: pods/binding, pods/eviction, serviceaccounts/token. */
  createSubresource<T extends KubeObject, R extends KubeObject>(
    resource: ResourceRef<T>,
    namespace: string,
    name: string,
    subresource: string,
    body: R,
  ): Promise<R>;
  /** PUT to a subresource: namespaces/finalize. */
  updateSubresource<T extends KubeObject>(resource: ResourceRef<T>, subresource: string, object: T): Promise<T>;
}

export interface Client extends Reader, Writer {}

/** What only the process beside the store can answer (garbage collector, namespace lifecycle). */
export interface OwnershipReader {
  /** Objects of any resource that name this uid in ownerReferences, with the ref to reach each. */
  dependents(ownerUid: string): Promise<Located[]>;
  /** Objects of any resource in a namespace, at most `limit`. */
  inNamespace(namespace: string, limit: number): Promise<{ items: Located[]; more: boolean }>;
  /** The ref of an owner reference's apiVersion and kind; undefined when no such resource is served. */
  resourceOf(apiVersion: string, kind: string): Promise<ResourceRef<KubeObject> | undefined>;
  /** The ref of a group-resource as stored and as changes name it, e.g. "deployments.apps". */
  resourceNamed(groupResource: string): Promise<ResourceRef<KubeObject> | undefined>;
}

/** An object that is there, whether or not this process knows its kind. */
export interface Located {
  /** Group-resource, e.g. "deployments.apps". */
  storedAs: string;
  /** How to reach it; undefined where this process does not know the kind (yet): it can be counted, but not acted on. */
  resource: ResourceRef<KubeObject> | undefined;
  /** As stored, without apiVersion and kind, where the kind is not known. */
  object: KubeObject;
}

export type Known = Located & { resource: ResourceRef<KubeObject> };

export function isKnown(located: Located): located is Known {
  return located.resource !== undefined;
}

/** A change of the log. `object` is the state after it, for DELETED the last one. */
export interface LoggedChange {
  /** Group-resource, e.g. "deployments.apps". */
  resource: string;
  namespace: string;
  name: string;
  type: 'ADDED' | 'MODIFIED' | 'DELETED';
  object: KubeObject;
}

/** What changed, for those who keep a picture of the cluster between two looks at it. */
export interface ChangeReader {
  /**
   * What changed of these group-resources after the revision, in order, and the newest revision, which is never older
   * than a write acknowledged before the call. undefined: the log does not reach so far back.
   */
  since(
    revision: number,
    resources: readonly string[],
  ): Promise<{ changes: LoggedChange[]; through: number } | undefined>;
}

export type WatchEvent<T> =
  | { type: 'ADDED' | 'MODIFIED' | 'DELETED'; object: T }
  | { type: 'BOOKMARK'; object: { metadata: { resourceVersion: string; annotations?: Record<string, string> } } };
