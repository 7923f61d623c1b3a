/**
 * What a tenant's API serves at a moment, as a value: asked once a request and once a reconcile, so that all of one piece
 * of work sees the same kinds.
 */
import type { DiscoveryDocuments } from '../discovery/documents.ts';
import type { AnsweredKind, BodyKind, ResourceDefinition } from '../registry/contract.ts';
import type { RemoteApi, SurfaceKinds } from './kinds.ts';

/** How a resource of a path is served. */
export type Served =
  | { by: 'store'; definition: ResourceDefinition }
  | { by: 'answer'; kind: AnsweredKind }
  | { by: 'remote'; api: RemoteApi };

/** Immutable but for its end. Definitions that two surfaces share are the same objects. */
export interface ApiSurface extends SurfaceKinds {
  serving(group: string, version: string, resource: string): Served | undefined;
  /** A stored resource. */
  find(group: string, version: string, resource: string): ResourceDefinition | undefined;
  /** A stored kind. */
  findKind(group: string, version: string, kind: string): ResourceDefinition | undefined;
  /** A kind that is sent but not stored. Throws for another. */
  body(group: string, version: string, kind: string): BodyKind;
  /** The definition whose form is the stored one, by the group-resource of rows, e.g. "deployments.apps". */
  storedForm(groupResource: string): ResourceDefinition | undefined;
  /** All definitions that are stored as this one is; itself alone where the surface does not know it. */
  sharing(definition: ResourceDefinition): readonly ResourceDefinition[];
  /** Made on first use, document by document. */
  readonly discovery: DiscoveryDocuments;
  readonly end: SurfaceEnd;
}

/** Told when a newer surface has taken this one's place, which may be long after, or never. */
export interface SurfaceEnd {
  readonly over: boolean;
  /** What took its place, once over; undefined where that is not known. */
  readonly next: ApiSurface | undefined;
  /** Calls `listener` once at the end, at once if that has come; returns how to stop. */
  listen(listener: () => void): () => void;
}

export interface ApiSurfaces {
  /** Of a tenant that serves nothing of its own, and of requests that are of no tenant. */
  readonly builtIn: ApiSurface;
  /** A value where it is at hand, which is for every ordinary request. */
  of(tenant: string): ApiSurface | Promise<ApiSurface>;
}

/** Where what tenants serve beside the built-in kinds comes from. */
export interface SurfaceSource {
  /**
   * Raised by each write that changes what the tenant serves; 0 while it has nothing of its own. A value where something
   * that has been read anyway tells it: only a promise costs a request a round trip.
   */
  revision(tenant: string): number | Promise<number>;
  /** The tenant's own kinds, at that revision or a newer one. Of definitions that did not change the same objects. */
  load(
    tenant: string,
  ): Promise<{ revision: number; stored: readonly ResourceDefinition[]; remote: readonly RemoteApi[] }>;
}
