/** The API as the process's own controllers see it. */
import type { ChangeReader, Client, OwnershipReader } from '../../client/contract.ts';
import { MASTERS, type UserInfo } from '../request/user.ts';
import type { ApiSurface } from '../surface/contract.ts';
import { createChangeReader } from './changes.ts';
import { createClient, type LocalClientsDeps } from './client.ts';
import { createOwnershipReader } from './ownership.ts';

/** Each is for one piece of work, such as a reconcile: it sees the surface of its first use until its end. */
export interface LocalClients {
  /** A client that acts as `user`: what admission sees and who is named in what it writes. */
  as(tenant: string, user: UserInfo): Client;
  ownership(tenant: string): OwnershipReader;
  changes(tenant: string): ChangeReader;
}

/** For parts of the control plane that have no service account. */
export const LOOPBACK: UserInfo = { name: 'system:apiserver', groups: [MASTERS] };

export function createLocalClients(deps: LocalClientsDeps): LocalClients {
  return {
    as: (tenant, user) => createClient(deps, tenant, user, surfaceOf(deps, tenant)),
    ownership: (tenant) => createOwnershipReader(deps.store, tenant, surfaceOf(deps, tenant)),
    changes: (tenant) => createChangeReader(deps.store, tenant),
  };
}

function surfaceOf({ surfaces }: LocalClientsDeps, tenant: string): () => Promise<ApiSurface> {
  let surface: ApiSurface | undefined;
  return async () => {
    surface ??= await surfaces.of(tenant);
    return surface;
  };
}
