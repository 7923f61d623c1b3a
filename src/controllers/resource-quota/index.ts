/** Counts what the quotas of a namespace limit, and tells it in their status. Upstream: pkg/controller/resourcequota. */
import { type Pod, RESOURCE_QUOTAS, type ResourceQuota } from '../../client/resources.ts';
import { deepEqual } from '../../meta/equal.ts';
import type { UnknownObject } from '../../meta/object.ts';
import type { Quantity } from '../../meta/quantity.ts';
import { type Amounts, add, amountsOf, growth, listOf, only, ZERO } from '../../meta/quota/amounts.ts';
import { inScopes } from '../../meta/quota/scopes.ts';
import { resourceCounted, usageOf } from '../../meta/quota/usage.ts';
import { isStatus } from '../../meta/status-error.ts';
import { type Controller, DONE, type ObservedChange, type ReconcileContext } from '../../reconcile/contract.ts';
import { sleep } from '../../reconcile/wait.ts';

/** Upstream's resync: what ends by its time alone is not told by any change. */
const RESYNC_SECONDS = 300;
/** Longer than a write takes from its charge to the store. */
const LANDING_MS = 500;
/** Too many, too short-lived, and never worth a quota. */
const IGNORED = new Set(['events', 'events.events.k8s.io', 'leases.coordination.k8s.io', 'endpoints']);

export const resourceQuotaController: Controller = {
  name: 'resourcequota-controller',
  watches: ['*'],
  /** The namespace: its quotas are counted together, so that what several of them limit is listed once. */
  keys: (change) => (change.namespace !== '' && isOfInterest(change) ? [change.namespace] : []),
  async reconcile(context, namespace) {
    const { client } = context;
    const { items } = await client.list(RESOURCE_QUOTAS, { namespace });
    if (items.length === 0) return DONE;
    const used = await count(context, namespace, items);
    let quotas = items;
    if (items.some((quota, index) => isLess(used[index]!, amountsOf(quota.status?.used)))) {
      // What is charged and not stored yet must not be given away again: count once more when it has landed.
      await sleep(LANDING_MS, context.signal);
      quotas = (await client.list(RESOURCE_QUOTAS, { namespace })).items;
      const landed = await count(context, namespace, quotas);
      for (const [index, quota] of quotas.entries()) {
        const before = items.find(({ metadata }) => metadata.uid === quota.metadata.uid);
        used[index] = landed[index]!;
        // Charged in between: it may have been counted, or not.
        add(used[index]!, growth(amountsOf(quota.status?.used), amountsOf(before?.status?.used)));
      }
    }
    for (const [index, quota] of quotas.entries()) await tell(context, quota, used[index]!);
    return { outcome: 'after', seconds: RESYNC_SECONDS };
  },
};

function isOfInterest({ resource, type, object, previous }: ObservedChange): boolean {
  if (resource === 'resourcequotas') return true;
  if (IGNORED.has(resource)) return false;
  if (type !== 'MODIFIED') return type === 'DELETED';
  const [after, before] = [object, previous] as unknown as (UnknownObject | undefined)[];
  if (resource === 'pods') {
    const phase = (pod: unknown) => (pod as Pod | undefined)?.status?.phase;
    return phase(after) !== phase(before) || after?.metadata.generation !== before?.metadata.generation;
  }
  return (resource === 'services' || resource === 'persistentvolumeclaims') && !deepEqual(after?.spec, before?.spec);
}

function isLess(counted: Amounts, told: Amounts): boolean {
  return (
    growth(
      only(told, (name) => counted.has(name)),
      counted,
    ).size > 0
  );
}

/** What each of these quotas, all of one namespace, is used of. */
async function count(
  { client, ownership, now }: ReconcileContext,
  namespace: string,
  quotas: readonly ResourceQuota[],
): Promise<Map<string, Quantity>[]> {
  const listed = new Map<string, Map<string, Quantity>[]>();
  const names = quotas.flatMap(({ spec }) => Object.keys(spec?.hard ?? {}));
  for (const resource of new Set(names.map((name) => resourceCounted(name)))) {
    const ref = resource === undefined ? undefined : await ownership.resourceNamed(resource);
    if (resource === undefined || ref === undefined || !ref.namespaced) continue;
    const totals = quotas.map(() => new Map<string, Quantity>());
    const { items } = await client.list(ref, { namespace });
    for (const object of items as unknown as UnknownObject[]) {
      const usage = usageOf(resource, object, now());
      quotas.forEach(({ spec }, index) => {
        if (inScopes(spec, resource, object)) add(totals[index]!, usage);
      });
    }
    listed.set(resource, totals);
  }
  return quotas.map(({ spec }, index) => {
    const used = new Map<string, Quantity>();
    for (const name of Object.keys(spec?.hard ?? {})) {
      const totals = listed.get(resourceCounted(name) ?? '');
      if (totals !== undefined) used.set(name, totals[index]!.get(name) ?? ZERO);
    }
    return used;
  });
}

async function tell({ client }: ReconcileContext, quota: ResourceQuota, used: Amounts): Promise<void> {
  const status = { hard: listOf(amountsOf(quota.spec?.hard)), used: listOf(used) };
  const told = quota.status;
  if (deepEqual(status.hard, told?.hard ?? {}) && deepEqual(status.used, told?.used ?? {})) return;
  try {
    await client.updateStatus(RESOURCE_QUOTAS, { ...quota, status });
  } catch (error) {
    if (!isStatus(error, 'NotFound')) throw error;
  }
}
