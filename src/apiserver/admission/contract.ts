import type { UnknownObject } from '../../meta/object.ts';
import type { ResourceDefinition } from '../registry/contract.ts';
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
  /** The object as it will be stored; absent for DELETE. Mutating plugins change it in place. */
  object?: UnknownObject;
  old?: UnknownObject;
  dryRun: boolean;
}

/** One admission plugin. Both methods refuse by throwing a StatusError (403 unless upstream says otherwise). */
export interface AdmissionPlugin {
  name: string;
  handles(request: AdmissionRequest): boolean;
  admit?(request: AdmissionRequest): Promise<void>;
  validate?(request: AdmissionRequest): Promise<void>;
}
