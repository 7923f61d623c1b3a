import type { UnknownObject } from '../../meta/object.ts';
import type { ResourceDefinition } from '../registry/contract.ts';
import type { UserInfo } from '../request/user.ts';

export interface AdmissionRequest {
  tenant: string;
  user: UserInfo;
  operation: 'CREATE' | 'UPDATE' | 'DELETE' | 'CONNECT';
  definition: ResourceDefinition;
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
