/** POST pods/eviction (policy/v1): a delete that disruption budgets may refuse, once they exist. */
import type { ObjectMeta, UnknownObject } from '../../../meta/object.ts';
import { StatusError } from '../../../meta/status-error.ts';
import { type DeleteOptionsBody, toDeleteOptions, type WriteOptions } from '../../request/options.ts';
import { admissionRequest, type RegistryDeps, type Scope } from '../context.ts';
import { deleteObject } from '../delete.ts';
import { pass } from '../pipeline.ts';

export interface Eviction {
  apiVersion?: string;
  kind?: string;
  metadata?: ObjectMeta;
  deleteOptions?: DeleteOptionsBody;
}

export async function evict(
  deps: RegistryDeps,
  scope: Scope,
  name: string,
  eviction: Eviction,
  options: WriteOptions,
): Promise<void> {
  const deletion = toDeleteOptions(eviction.deleteOptions ?? {});
  const dryRun = options.dryRun || deletion.dryRun;
  const request = admissionRequest(scope, 'CREATE', name, 'eviction', { ...options, dryRun });
  request.object = eviction as unknown as UnknownObject;
  // As upstream, what admission lets pass as an eviction is not asked about again as a deletion.
  const passed = await pass(deps, request, scope.surface.body('policy', 'v1', 'Eviction'), () => {
    const given = eviction.metadata?.name;
    if (given && given !== name) throw StatusError.badRequest('name in URL does not match name in Eviction object');
  });
  await deleteObject(deps, scope, name, { ...deletion, dryRun }, passed);
}
