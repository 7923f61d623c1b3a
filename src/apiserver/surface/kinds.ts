/** The kinds that a surface is made of. */
import type { AnsweredKind, BodyKind, ResourceDefinition } from '../registry/contract.ts';

/** A group version that another server answers for (an APIService). Nothing makes one yet. */
export interface RemoteApi {
  group: string;
  version: string;
  service: { namespace: string; name: string; port: number };
}

export interface SurfaceKinds {
  stored: readonly ResourceDefinition[];
  answered: readonly AnsweredKind[];
  /** All that clients send and nobody stores: bodies of subresources, options, and the answered kinds. */
  bodies: readonly BodyKind[];
  remote: readonly RemoteApi[];
  /** Groups in the order of discovery; others follow by name. */
  groupOrder: readonly string[];
}
