/** POST pods/eviction (policy/v1): a delete that disruption budgets may refuse, once they exist. */
import type { ObjectMeta } from '../../../meta/object.ts';
import { StatusError } from '../../../meta/status-error.ts';
import type { DeleteOptions } from '../../request/options.ts';
import type { RegistryDeps, Scope } from '../context.ts';
import { deleteObject } from '../delete.ts';

export interface Eviction {
  apiVersion?: string;
  kind?: string;
  metadata?: ObjectMeta;
  deleteOptions?: Omit<DeleteOptions, 'dryRun'> & { dryRun?: string[] };
}

export async function evict(
  deps: RegistryDeps,
  scope: Scope,
  name: string,
  eviction: Eviction,
  options: { dryRun: boolean },
): Promise<void> {
  if (eviction.metadata?.name !== undefined && eviction.metadata.name !== name) {
    throw StatusError.badRequest('name in URL does not match name in Eviction object');
  }
  const { dryRun, ...deletion } = eviction.deleteOptions ?? {};
  await deleteObject(deps, scope, name, { ...deletion, dryRun: options.dryRun || (dryRun?.length ?? 0) > 0 });
}
