import type { UnknownObject } from '../../meta/object.ts';
import type { ResourceDefinition } from '../registry/contract.ts';
import type { DeleteOptions, WriteOptions } from '../request/options.ts';
import type { UserInfo } from '../request/user.ts';

/** The resource of a request, as far as plugins look at it: a stored one, or one that is only answered (reviews). */
export type AdmittedResource = Pick<ResourceDefinition, 'group' | 'version' | 'kind' | 'resource' | 'namespaced'>;

export interface AdmissionRequest {
  tenant: string;
  user: UserInfo;
  operation: 'CREATE' | 'UPDATE' | 'DELETE' | 'CONNECT';
  definition: AdmittedResource;
  /** '' for the object itself; `object` and `old` are of the subresource's own kind where it has one (token, scale). */
  subresource: string;
  namespace: string;
  name: string;
  /** The object as it will be stored; absent for DELETE. Mutating plugins change it in place, or put another in its place. */
  object?: UnknownObject;
  old?: UnknownObject;
  /** Whole, as the client gave them; those of a DELETE are DeleteOptions. */
  options: WriteOptions | DeleteOptions;
  /**
   * Makes an object of what somebody else gave back for `object`: of the right types, without what the kind does not know,
   * with defaults, and with what a client may not choose as it was. Throws a StatusError for what is none. Absent for DELETE.
   */
  reshape?(given: unknown): UnknownObject;
}

/** One admission plugin. Both methods refuse by throwing a StatusError (403 unless upstream says otherwise). */
export interface AdmissionPlugin {
  name: string;
  handles(request: AdmissionRequest): boolean;
  /**
   * Changes `request.object` in place, which must keep it an object of its kind: what comes from outside of this program (a
   * webhook's patch) is to be put there as `request.reshape` makes it.
   */
  admit?(request: AdmissionRequest): Promise<void>;
  validate?(request: AdmissionRequest): Promise<void>;
}
