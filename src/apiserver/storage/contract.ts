/**
 * The store: one ordered log of revisions per tenant, and the objects it leads to. This page is all that the rest of
 * Kedge knows of storage. Implementations pass test/contract/storage.ts.
 *
 * Invariants: revision order is commit order; a list and its revision come from one snapshot; a change keeps the state
 * before it; compare-and-set happens in the write itself; a change is readable for at least the retention time.
 */
import type { FieldRequirement, LabelRequirement } from '../../meta/selectors.ts';

/** `resource` is the group-resource, e.g. "pods" or "deployments.apps". `namespace` is '' for cluster-scoped objects. */
export interface ObjectKey {
  resource: string;
  namespace: string;
  name: string;
}

/** What selectors and the garbage collector need of an object without parsing its body. */
export interface Indexed {
  labels: Record<string, string>;
  /** Values of the resource's selectable fields by path, e.g. {"spec.nodeName": "a"}; metadata.name/namespace excluded. */
  fields: Record<string, string>;
  /** uids of metadata.ownerReferences. */
  owners: string[];
}

/**
 * An object as stored. `body` is JSON text that always begins with `{"metadata":{"name":` and holds neither apiVersion,
 * kind nor metadata.resourceVersion, so that a response is spliced from it without parsing (see body.ts).
 */
export interface StoredObject extends ObjectKey {
  uid: string;
  /** The revision of the write that made this state: the object's resourceVersion. */
  revision: number;
  body: string;
}

/** A value that only one object of a tenant may hold, e.g. {pool: "clusterIP", value: "10.96.0.10"}. Freed with its holder. */
export interface Claim {
  pool: string;
  value: string;
}

export interface CreateWrite extends ObjectKey, Indexed {
  op: 'create';
  uid: string;
  body: string;
  claims?: Claim[];
}

export interface UpdateWrite extends ObjectKey, Indexed {
  op: 'update';
  /** The uid and revision that were read: anything else stored now is a conflict. */
  uid: string;
  expectedRevision: number;
  body: string;
  /** The complete set of claims after this write; absent leaves the object's claims as they are. */
  claims?: Claim[];
}

export interface DeleteWrite extends ObjectKey {
  op: 'delete';
  uid: string;
  expectedRevision: number;
}

export type Write = CreateWrite | UpdateWrite | DeleteWrite;

/** The answer to one write of an array; the others are answered on their own. */
export type WriteOutcome =
  | { result: 'ok'; revision: number }
  /** create: the name is taken. */
  | { result: 'exists' }
  /** update, delete: no such object. */
  | { result: 'notFound' }
  /** update, delete: stored uid or revision differ; `current` is what is there. */
  | { result: 'conflict'; current: StoredObject }
  /** create in a namespace that does not exist, or is terminating. */
  | { result: 'namespaceNotFound' }
  | { result: 'namespaceTerminating' }
  /** other objects hold some of the claims: all that others hold of those pools, by pool. */
  | { result: 'claimed'; taken: Record<string, string[]> };

export interface ListQuery {
  resource: string;
  /** Absent: all namespaces. */
  namespace?: string;
  labels?: readonly LabelRequirement[];
  fields?: readonly FieldRequirement[];
  /** At most this many items; `next` and `remaining` are set when there are more. */
  limit?: number;
  /** Only items after this key, in (namespace, name) order. */
  after?: { namespace: string; name: string };
  /** The state as of this revision (pages of a limited list, exact lists). RevisionExpiredError when compacted. */
  atRevision?: number;
  /** Items until their bodies together have so many bytes, but one at least; `next` is set when there are more. */
  maxBytes?: number;
  /** false: `remaining` is not wanted. */
  counted?: false;
  /** Of who waits for the answer: rejects with its reason when aborted, and the statement is cancelled. */
  signal?: AbortSignal;
}

export interface ListResult {
  /** The revision of the snapshot (= atRevision when that was given). */
  revision: number;
  items: StoredObject[];
  next?: { namespace: string; name: string };
  /** Items after `next`, counted only when no selector was given (as upstream's remainingItemCount). */
  remaining?: number;
}

export type ChangeType = 'ADDED' | 'MODIFIED' | 'DELETED';

export interface ObjectState {
  revision: number;
  body: string;
  labels: Record<string, string>;
  fields: Record<string, string>;
}

export interface Change extends ObjectKey {
  revision: number;
  type: ChangeType;
  uid: string;
  /** The state after the change; for DELETED the last state. `current.revision` = `revision`. */
  current: ObjectState;
  /** The state before; absent for ADDED. */
  previous?: ObjectState;
}

export interface ChangePage {
  changes: Change[];
  /** Everything up to here has been returned: the last change's revision, or the tenant's when there are no more. */
  through: number;
}

export interface Store {
  /** Answers each write on its own, in order, in one transaction. Throws UnavailableError when the database is away. */
  write(tenant: string, writes: readonly Write[]): Promise<WriteOutcome[]>;
  get(tenant: string, key: ObjectKey): Promise<StoredObject | undefined>;
  list(tenant: string, query: ListQuery): Promise<ListResult>;
  /**
   * Changes with revision > after, in order, at most `limit`; with `resources` those of these group-resources only.
   * RevisionExpiredError when `after` is compacted.
   */
  changes(tenant: string, after: number, limit: number, resources?: readonly string[]): Promise<ChangePage>;
  /** The tenant's newest committed revision. */
  revision(tenant: string): Promise<number>;
  /** Objects whose ownerReferences name this uid, of any resource. */
  dependents(tenant: string, ownerUid: string): Promise<StoredObject[]>;
  /** Objects of any resource in a namespace, at most `limit`, and whether there are more. */
  inNamespace(tenant: string, namespace: string, limit: number): Promise<{ items: StoredObject[]; more: boolean }>;
  /** Drops changes older than the retention time; returns how many partitions went. */
  compact(now: Date): Promise<number>;
}

/** A batch of changes, or (empty `changes`) progress: everything through that revision has been delivered. */
export interface FeedBatch {
  changes: readonly Change[];
  through: number;
}

/** The change log as a stream. On Node one feed a process serves all from memory; on Workers it polls. */
export interface ChangeFeed {
  /**
   * Batches after `revision`, in order, without gap or duplicate, until `signal` aborts. A batch may be empty (progress).
   * A reader that falls too far behind is served from the database again, never from an unbounded buffer.
   * Throws RevisionExpiredError when `revision` is compacted, UnavailableError when the database stays away.
   */
  after(tenant: string, revision: number, signal: AbortSignal): AsyncIterable<FeedBatch>;
  /** A hint that this tenant has new changes (own writes; wake-ups of other processes). */
  wake(tenant: string): void;
  /**
   * Tells of each tenant with new changes, read by somebody or not; undefined: any may have some. Absent where nothing is
   * resident. Returns how to stop.
   */
  onWake?(listener: (tenant: string | undefined) => void): () => void;
}
