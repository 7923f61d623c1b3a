/**
 * Accepts the names of CustomResourceDefinitions, establishes them, and empties those that are being deleted. Upstream:
 * apiextensions-apiserver/pkg/controller/{status,establish,finalizer}.
 */
import type { ResourceRef } from '../../client/contract.ts';
import { CUSTOM_RESOURCE_DEFINITIONS, type CustomResourceDefinition } from '../../client/resources.ts';
import { semanticEqual } from '../../meta/equal.ts';
import { timestamp } from '../../meta/object.ts';
import { isStatus } from '../../meta/status-error.ts';
import { type Controller, DONE, type ReconcileContext, type Result } from '../../reconcile/contract.ts';
import { acceptNames } from './names.ts';

const FINALIZER = 'customresourcecleanup.apiextensions.k8s.io';
/** Instances that wait for finalizers of their own. */
const RECHECK_SECONDS = 5;
/** Deletes at once. */
const WIDTH = 8;

type Condition = NonNullable<NonNullable<CustomResourceDefinition['status']>['conditions']>[number];

export const customResourceDefinitionController: Controller = {
  name: 'custom-resource-definition-controller',
  watches: ['customresourcedefinitions.apiextensions.k8s.io'],
  /** Keys are groups: what one definition may be called depends on the others of its group. */
  keys: (change) => [change.name.slice(change.name.indexOf('.') + 1)],
  async reconcile(context, group) {
    const { items } = await context.client.list(CUSTOM_RESOURCE_DEFINITIONS);
    const all = items.filter(({ spec }) => spec.group === group);
    let waiting = false;
    for (const crd of all) {
      if (crd.metadata.deletionTimestamp === undefined) await accept(context, crd, all);
      else if (!(await empty(context, crd))) waiting = true;
    }
    const result: Result = waiting ? { outcome: 'after', seconds: RECHECK_SECONDS } : DONE;
    return result;
  },
};

async function accept(
  { client, now }: ReconcileContext,
  crd: CustomResourceDefinition,
  all: readonly CustomResourceDefinition[],
): Promise<void> {
  const { names, conflict } = acceptNames(crd, all);
  const at = now();
  let conditions = crd.status?.conditions ?? [];
  conditions = withCondition(
    conditions,
    conflict === undefined
      ? { type: 'NamesAccepted', status: 'True', reason: 'NoConflicts', message: 'no conflicts found' }
      : { type: 'NamesAccepted', status: 'False', ...conflict },
    at,
  );
  const established = conditions.some(({ type, status }) => type === 'Established' && status === 'True');
  if (conflict === undefined) {
    conditions = withCondition(
      conditions,
      {
        type: 'Established',
        status: 'True',
        reason: 'InitialNamesAccepted',
        message: 'the initial names have been accepted',
      },
      at,
    );
  } else if (!established) {
    conditions = withCondition(
      conditions,
      { type: 'Established', status: 'False', reason: 'NotAccepted', message: 'not all names are accepted' },
      at,
    );
  }
  const status = { ...crd.status, acceptedNames: names, conditions, storedVersions: crd.status?.storedVersions ?? [] };
  if (semanticEqual(status, crd.status)) return;
  await client.updateStatus(CUSTOM_RESOURCE_DEFINITIONS, { ...crd, status });
}

/** Deletes what there is of a kind that goes; whether all is gone. */
async function empty(context: ReconcileContext, crd: CustomResourceDefinition): Promise<boolean> {
  const { client, now } = context;
  if (!crd.metadata.finalizers?.includes(FINALIZER)) return true;
  const left = await deleteInstances(context, crd);
  const message = left > 0 ? `CustomResource deletion is in progress: ${left} remaining` : 'removed all instances';
  const terminating = {
    type: 'Terminating',
    status: left > 0 ? 'True' : 'False',
    reason: left > 0 ? 'InstanceDeletionInProgress' : 'InstanceDeletionCompleted',
    message,
  };
  const conditions = withCondition(crd.status?.conditions ?? [], terminating, now());
  let current = crd;
  if (!semanticEqual(conditions, crd.status?.conditions)) {
    const status = { ...crd.status, conditions } as NonNullable<CustomResourceDefinition['status']>;
    current = await client.updateStatus(CUSTOM_RESOURCE_DEFINITIONS, { ...crd, status });
  }
  if (left > 0) return false;
  const finalizers = (current.metadata.finalizers ?? []).filter((each) => each !== FINALIZER);
  try {
    await client.update(CUSTOM_RESOURCE_DEFINITIONS, { ...current, metadata: { ...current.metadata, finalizers } });
  } catch (error) {
    if (!isStatus(error, 'NotFound')) throw error;
  }
  return true;
}

/** How many were there when it looked. */
async function deleteInstances({ client, signal }: ReconcileContext, { spec, status }: CustomResourceDefinition) {
  const version = spec.versions.find(({ served }) => served);
  const established = status?.conditions?.some(({ type, status: holds }) => type === 'Established' && holds === 'True');
  // What was never served has no instances.
  if (version === undefined || !established) return 0;
  const resource: ResourceRef<CustomResourceDefinition> = {
    group: spec.group,
    version: version.name,
    resource: spec.names.plural,
    kind: spec.names.kind,
    namespaced: spec.scope === 'Namespaced',
  };
  let items: CustomResourceDefinition[];
  try {
    ({ items } = await client.list(resource));
  } catch (error) {
    if (isStatus(error, 'NotFound')) return 0;
    throw error;
  }
  const queue = items.filter(({ metadata }) => metadata.deletionTimestamp === undefined).values();
  const drain = async () => {
    for (const { metadata } of queue) {
      if (signal.aborted) return;
      try {
        await client.delete(resource, metadata.namespace ?? '', metadata.name ?? '');
      } catch (error) {
        if (!isStatus(error, 'NotFound')) throw error;
      }
    }
  };
  await Promise.all(Array.from({ length: WIDTH }, drain));
  if (items.length === 0) return 0;
  return (await client.list(resource)).items.length;
}

/** Transition times change with the status alone. */
function withCondition(
  conditions: readonly Condition[],
  wanted: Pick<Condition, 'type' | 'status' | 'reason' | 'message'>,
  now: Date,
): Condition[] {
  const old = conditions.find(({ type }) => type === wanted.type);
  const lastTransitionTime = old?.status === wanted.status ? old.lastTransitionTime : timestamp(now);
  const condition = { ...wanted, ...(lastTransitionTime === undefined ? {} : { lastTransitionTime }) } as Condition;
  return old === undefined ? [...conditions, condition] : conditions.map((each) => (each === old ? condition : each));
}
