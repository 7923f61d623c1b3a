/** What the verbs of the registry work with. */
import type { ErrorSubject } from '../../meta/status-error.ts';
import type { AdmissionRequest, AdmittedResource } from '../admission/contract.ts';
import type { UserInfo } from '../request/user.ts';
import type { ChangeFeed, Store, StoredObject } from '../storage/contract.ts';
import type { ApiSurface } from '../surface/contract.ts';
import type { ClusterSettings, ResourceDefinition, StrategyContext } from './contract.ts';

/** The admission plugins as one; refuses by throwing a StatusError. */
export interface Admission {
  admit(request: AdmissionRequest): Promise<void>;
  validate(request: AdmissionRequest): Promise<void>;
}

export interface RegistryDeps {
  store: Store;
  feed: ChangeFeed;
  admission: Admission;
  clusterSettings(tenant: string): Promise<ClusterSettings>;
  now(): Date;
}

/** Who does something to which resource, and where. `namespace` is '' for cluster-scoped resources. */
export interface Scope {
  tenant: string;
  user: UserInfo;
  /** What the tenant's API serves; the definition is of it. */
  surface: ApiSurface;
  definition: ResourceDefinition;
  namespace: string;
  /** Collects a warning for the caller. */
  warn(message: string): void;
}

/** An object as a verb leaves it. revision is 0 for what a dry run would create. */
export interface Answer {
  definition: ResourceDefinition;
  stored: StoredObject;
  /** Set by an update that created the object. */
  created?: boolean;
}

/** The object that a write is about, and the way to it: '' is straight. */
export interface Target {
  name: string;
  subresource: string;
}

export function subjectOf(definition: ResourceDefinition): ErrorSubject {
  return { group: definition.group, resource: definition.resource };
}

export async function strategyContext(
  deps: RegistryDeps,
  scope: Scope,
  now: Date,
  dryRun: boolean,
): Promise<StrategyContext> {
  return {
    tenant: scope.tenant,
    user: scope.user,
    now,
    dryRun,
    cluster: await deps.clusterSettings(scope.tenant),
  };
}

/** The admission request of this scope; `object` and `old` are set by the verb. */
export function admissionRequest(
  scope: Pick<Scope, 'tenant' | 'user' | 'namespace'> & { definition: AdmittedResource },
  operation: AdmissionRequest['operation'],
  name: string,
  subresource: string,
  options: AdmissionRequest['options'],
): AdmissionRequest {
  return {
    tenant: scope.tenant,
    user: scope.user,
    operation,
    definition: scope.definition,
    subresource,
    namespace: scope.namespace,
    name,
    options,
  };
}
