/**
 * How a resource is described. Every kind, built-in or custom, is one ResourceDefinition; the verbs are written once in
 * the registry and call the strategy where kinds differ (upstream's rest.RESTCreateStrategy and friends).
 */
import type { FieldError } from '../../meta/field-error.ts';
import type { KubeObject, UnknownObject } from '../../meta/object.ts';
import type { Definitions, Schema } from '../../meta/schema/types.ts';
import type { UserInfo } from '../request/user.ts';
import type { Claim } from '../storage/contract.ts';

/** Settings of the tenant's cluster that strategies need. */
export interface ClusterSettings {
  /** Service ClusterIPs, e.g. "10.96.0.0/16". */
  serviceCIDR: string;
  /** Pod addresses of the whole cluster, split among nodes, e.g. "10.244.0.0/14". */
  clusterCIDR: string;
  /** Prefix length of one node's podCIDR, e.g. 24. */
  nodeCIDRMaskSize: number;
  /** Inclusive, e.g. [30000, 32767]. */
  nodePortRange: readonly [number, number];
  /** e.g. "cluster.local". */
  clusterDomain: string;
}

export interface StrategyContext {
  tenant: string;
  user: UserInfo;
  now: Date;
  dryRun: boolean;
  cluster: ClusterSettings;
}

/** What one write knows, through all of its attempts, of the values that only one object may hold. */
export interface AllocationAttempt {
  /** Whether another object holds it: of a pool nothing is known before the first collision in it, then all is. */
  isTaken(pool: string, value: string): boolean;
  /** Whether this write picked it itself, so that it may be exchanged for another. */
  isPicked(pool: string, value: string): boolean;
  pick(pool: string, value: string): void;
}

/**
 * Where one kind differs from another. All methods are synchronous and free of I/O. `prepare*` mutate `object`;
 * metadata that every kind shares (name, uid, generation, timestamps, status wiping) is the registry's work.
 */
export interface Strategy<T extends KubeObject = UnknownObject> {
  /** Defaults beyond the schema's constants (values that depend on other fields). Runs after schema defaulting, on every write. */
  default?(object: T): void;
  prepareForCreate?(context: StrategyContext, object: T): void;
  /** Called for the main resource; status is already reset to the old one where the kind has a status subresource. */
  prepareForUpdate?(context: StrategyContext, object: T, old: T): void;
  /** Called for the status subresource; all but status and mutable metadata is already reset to the old. */
  prepareForStatusUpdate?(context: StrategyContext, object: T, old: T): void;
  /** Takes the place of validation by the schema: only types were checked before. Default: the schema's rules. */
  validate?(object: T): FieldError[];
  /** Called after `validate` on creation: what only an update may bring. */
  validateCreate?(object: T): FieldError[];
  /** Called after `validate` on updates: immutability and transitions. */
  validateUpdate?(object: T, old: T): FieldError[];
  /** For the status subresource: which changes to refuse. */
  validateStatusUpdate?(object: T, old: T): FieldError[];
  /** `Warning:` headers upstream would send. */
  warnings?(object: T, old?: T): string[];
  /** Returns upstream's name errors ("a lowercase RFC 1123 subdomain must consist of …"); default: DNS subdomain. */
  validateName?(name: string, isPrefix: boolean): string[];
  /**
   * Whether metadata.generation counts spec changes. Default: the schema has both spec and status.
   * Everything but metadata and status counts.
   */
  generation?: boolean;
  /** A status sent with a new object is stored (upstream: Nodes). Default: it is dropped where status is a subresource. */
  keepsStatusOnCreate?: boolean;
  /** PUT to a name that does not exist creates it (upstream AllowCreateOnUpdate). Default false. */
  allowCreateOnUpdate?: boolean;
  /**
   * Values that must be unique in the tenant (cluster IPs, node ports, node CIDRs). Called on create and update until it
   * succeeds: assign free candidates in `object` where it left them open, which are told to `attempt`, and return all that
   * it holds. Called again when another object already held one of the returned claims. Returning field errors refuses
   * the write, and so does throwing a StatusError.
   */
  allocate?(
    context: StrategyContext,
    object: T,
    old: T | undefined,
    attempt: AllocationAttempt,
  ): { claims: Claim[]; errors?: FieldError[] };
  /**
   * Grace period in seconds for a delete, given what was asked (undefined: not asked); 0 or undefined deletes at once.
   * Only pods have one: 0 when unscheduled or finished, else the asked value or spec.terminationGracePeriodSeconds.
   */
  deletionGracePeriodSeconds?(object: T, requested: number | undefined): number | undefined;
  /** DELETE answers the object also when it is gone at once (upstream's ReturnDeletedObject). Default: a Status. */
  returnsDeletedObject?: boolean;
  /** When deleteOptions say nothing. Default Background; upstream orphans for batch/v1 Job and v1 ReplicationController. */
  defaultPropagation?: 'Background' | 'Orphan';
  /** Whether the object is kept beside finalizers and a grace period while it is being deleted (upstream: Namespaces). */
  isHeld?(object: T): boolean;
  /**
   * Called when a deletion begins (`old` has no deletionTimestamp) and when it is asked for again. `held`: something will
   * keep the object. Throws a StatusError to refuse.
   */
  beginDeletion?(object: T, old: T, held: boolean): void;
}

/**
 * What stands behind the name of an object and a slash. Only what is neither a part of the object, nor a view of it, nor
 * done by posting something, has a handler of its own.
 */
export type Subresource<T extends KubeObject = UnknownObject> =
  | PartSubresource<T>
  | ViewSubresource
  | ActionSubresource<T>
  | HandledSubresource;

/** A kind by its names; group and version are those of the resource where they are absent. */
export interface SubresourceKind {
  group?: string;
  version?: string;
  kind: string;
}

/** A part of the object that is changed alone (status, a Namespace's finalizers): speaks the object's own kind. */
export interface PartSubresource<T extends KubeObject = UnknownObject> {
  by: 'part';
  /** Of get, patch and update. */
  verbs: readonly string[];
  /** Dotted paths of the fields that it changes, e.g. `status`, `spec.finalizers`; all others stay as they are. */
  fields: readonly string[];
  /** Labels, annotations and finalizers may be changed too, as with a status; owners may not. */
  metadata?: boolean;
  /** As Strategy.prepareForUpdate; all but the part is already reset to the old. */
  prepare?(context: StrategyContext, object: T, old: T): void;
  /** Takes the place of all rules beside those of metadata: what is wrong elsewhere must not keep a part from changing. */
  validate?(object: T, old: T): FieldError[];
}

/** Another kind's look at the same object (Scale): what is written to it is written into the object, and admitted as itself. */
export interface ViewSubresource {
  by: 'view';
  /** Of get, patch and update. */
  verbs: readonly string[];
  kind: Required<SubresourceKind>;
  read(object: UnknownObject): UnknownObject;
  /** Writes what the view says into `object`, in place. */
  write(object: UnknownObject, view: UnknownObject): void;
  validate?(view: UnknownObject): FieldError[];
}

/** An object of another kind that is posted to do something to this one (a Binding), and answered with a Status. */
export interface ActionSubresource<T extends KubeObject = UnknownObject> {
  by: 'action';
  verbs: readonly ['create'];
  kind: Required<SubresourceKind>;
  validate?(posted: UnknownObject): FieldError[];
  /** Changes `object` in place. Throws a StatusError to refuse; called again with newer state after a lost race. */
  apply(context: StrategyContext, object: T, posted: UnknownObject): void;
}

/** Anything else (a log, a token): it has a handler. */
export interface HandledSubresource {
  by: 'handler';
  verbs: readonly string[];
  /** For discovery. */
  kind: SubresourceKind;
  /** A stream, whatever its verb: admitted as CONNECT, and its path may go on. */
  connect?: boolean;
}

/** One column of a Table. `cell` gets the parsed object; `now` serves ages. */
export interface ColumnDefinition {
  name: string;
  type: 'string' | 'integer' | 'boolean' | 'number' | 'date';
  format?: string;
  description: string;
  /** 0: always shown; > 0 only with `-o wide`. */
  priority?: number;
  cell(object: UnknownObject, now: Date): string | number | boolean | null;
}

export interface ResourceDefinition<T extends KubeObject = UnknownObject> {
  group: string;
  version: string;
  kind: string;
  /** Default: kind + "List". */
  listKind?: string;
  /** Plural, as in paths. */
  resource: string;
  singular: string;
  shortNames?: readonly string[];
  categories?: readonly string[];
  namespaced: boolean;
  /** Group-resource under which it is stored. Default: its own. core/v1 and events.k8s.io Events share "events". */
  storedAs?: string;
  /** Converts between the stored form and this version's form, for resources that share a store. Default: identity. */
  fromStored?(object: UnknownObject): UnknownObject;
  toStored?(object: UnknownObject): UnknownObject;
  /** Usually `{$ref: …}` into `definitions`. */
  schema: Schema;
  definitions: Definitions;
  strategy: Strategy<T>;
  /** Default: get, list, watch, create, update, patch, delete, deletecollection. */
  verbs?: readonly string[];
  /** By name. One named `status` is reset by writes to the object itself. */
  subresources?: Readonly<Record<string, Subresource<T>>>;
  /** Cells after Name; "Age" is to be listed too. Default: Age alone. */
  columns?: readonly ColumnDefinition[];
  /** Field selectors beside metadata.name and metadata.namespace. Values as upstream compares them (strings). */
  selectableFields?: Readonly<Record<string, (object: T) => string>>;
  /** A `Warning:` header of every request for it, as upstream sends for deprecated versions. */
  deprecation?: string;
  /**
   * Of a CustomResourceDefinition: values of a wrong type are told by validation, not by decoding, and nulls are data.
   */
  custom?: true;
  /** Bodies are encrypted at rest, of every definition that is stored as this one is (see encryptedResources). */
  encrypted?: boolean;
}

/** A kind that bodies are of, stored or not: what decoding needs to know of it. */
export type BodyKind = Pick<ResourceDefinition, 'group' | 'version' | 'kind' | 'schema' | 'definitions' | 'custom'>;

/** A kind that is created to be answered, and never stored: reviews. */
export interface AnsweredKind extends BodyKind {
  /** Plural, as in paths. */
  resource: string;
  singular: string;
  namespaced: boolean;
  verbs: readonly ['create'];
}
