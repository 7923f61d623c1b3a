/** POST pods/eviction (policy/v1): a delete that disruption budgets may refuse. */
import { cloneJson } from '../../../meta/clone.ts';
import { type ObjectMeta, timestamp, type UnknownObject } from '../../../meta/object.ts';
import { isStatus, StatusError } from '../../../meta/status-error.ts';
import {
  type DeleteOptions,
  type DeleteOptionsBody,
  toDeleteOptions,
  type WriteOptions,
} from '../../request/options.ts';
import { admissionRequest, type RegistryDeps, type Scope } from '../context.ts';
import { deleteObject } from '../delete.ts';
import { get, objectOf } from '../get.ts';
import { pass, writeExisting } from '../pipeline.ts';
import type { Change, Passed } from '../writing.ts';
import { spendBudget } from './disruption-budget.ts';

/** Changes of one pod in a row that an eviction survives. */
const MAX_RACES = 5;

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
  for (let races = 0; ; races++) {
    try {
      await attempt(deps, scope, name, { ...deletion, dryRun }, options, passed);
      return;
    } catch (error) {
      // A pod that changed while it was let go as it was read is looked at again.
      const chosen = deletion.preconditions?.resourceVersion != null;
      if (chosen || !isStatus(error, 'Conflict') || races >= MAX_RACES) throw error;
    }
  }
}

async function attempt(
  deps: RegistryDeps,
  scope: Scope,
  name: string,
  deletion: DeleteOptions,
  options: WriteOptions,
  passed: Passed,
): Promise<void> {
  const { dryRun } = deletion;
  const pod = objectOf(await get(deps, scope, name));
  const { uid, resourceVersion } = deletion.preconditions ?? {};
  const isOther =
    (uid != null && uid !== pod.metadata.uid) ||
    (resourceVersion != null && resourceVersion !== pod.metadata.resourceVersion);
  if (isOther) {
    // Refused by the deletion, before any budget is spent.
    await deleteObject(deps, scope, name, deletion, passed);
    return;
  }
  const asked = { ...options, dryRun };
  const { asRead } = await spendBudget(deps, scope, pod, asked, passed);
  const version = dryRun ? pod.metadata.resourceVersion : await note(deps, scope, pod, asked, asRead, passed);
  const preconditions = {
    ...(pod.metadata.uid === undefined ? {} : { uid: pod.metadata.uid }),
    ...(asRead && version !== undefined ? { resourceVersion: version } : {}),
  };
  await deleteObject(deps, scope, name, { ...deletion, preconditions }, passed);
}

/** Says in the pod's status why it will end, for those who count disruptions as other failures. Answers its version. */
async function note(
  deps: RegistryDeps,
  scope: Scope,
  pod: UnknownObject,
  options: WriteOptions,
  asRead: boolean,
  passed: Passed,
): Promise<string | undefined> {
  const { name = '', uid, resourceVersion } = pod.metadata;
  const change: Change = (current) => {
    const object = cloneJson(current as UnknownObject) as UnknownObject & { status?: PodStatus };
    if (object.metadata.uid !== uid) throw StatusError.notFound({ group: '', resource: 'pods' }, name);
    if (asRead && object.metadata.resourceVersion !== resourceVersion) {
      throw StatusError.modified({ group: '', resource: 'pods' }, name);
    }
    const others = (object.status?.conditions ?? []).filter(({ type }) => type !== 'DisruptionTarget');
    const condition = {
      type: 'DisruptionTarget',
      status: 'True',
      reason: 'EvictionByEvictionAPI',
      message: 'Eviction API: evicting',
      lastTransitionTime: timestamp(deps.now()),
      ...(object.metadata.generation === undefined ? {} : { observedGeneration: object.metadata.generation }),
    };
    object.status = { ...object.status, conditions: [...others, condition] };
    return { object, conditional: false };
  };
  const answer = await writeExisting({ deps, scope, name, subresource: 'status', options, change, passed });
  return String(answer.stored.revision);
}

interface PodStatus {
  conditions?: { type: string; [field: string]: unknown }[];
}
