/**
 * Upstream's ResourceQuota: what a new object uses is charged to status.used of the quotas it is of before it is written,
 * by compare-and-set, so that however many are created at once never use more than there is. A write that fails
 * afterwards leaves its charge until the quota's controller counts again.
 */
import type { Client } from '../../client/contract.ts';
import { RESOURCE_QUOTAS, type ResourceQuota } from '../../client/resources.ts';
import { compareQuantity, type Quantity } from '../../meta/quantity.ts';
import { type Amounts, add, amountsOf, growth, listOf, only, printed } from '../../meta/quota/amounts.ts';
import { podFault } from '../../meta/quota/pod.ts';
import { inScopes } from '../../meta/quota/scopes.ts';
import { resourceCounted, usageOf } from '../../meta/quota/usage.ts';
import { isStatus } from '../../meta/status-error.ts';
import type { AdmissionPlugin, AdmissionRequest } from './contract.ts';
import { forbid } from './forbid.ts';
import { recentLists } from './recent-lists.ts';

/** Other processes' charges that may come between, in a row. */
const MAX_TRIES = 20;
/** Of core, what may grow without being new. */
const GROWING = new Set(['services', 'persistentvolumeclaims']);

interface Waiting {
  request: AdmissionRequest;
  usage: Amounts;
  /** uids of the quotas that it has been charged to. */
  charged: Set<string>;
  settle(error?: unknown): void;
}

export function resourceQuota({ clientOf }: { clientOf(tenant: string): Client }): AdmissionPlugin {
  const quotas = recentLists<ResourceQuota>(clientOf, RESOURCE_QUOTAS);
  // Requests of one namespace that come while others of it are charged are charged together: one write for all.
  const queues = new Map<string, Waiting[]>();

  async function drain(key: string, queue: Waiting[]): Promise<void> {
    while (queue.length > 0) {
      const batch = queue.splice(0);
      try {
        await charge(clientOf(batch[0]!.request.tenant), batch);
      } catch (error) {
        for (const each of batch) each.settle(error);
      }
    }
    queues.delete(key);
  }

  return {
    name: 'ResourceQuota',
    handles: (request) => (quotas.isWrite(request) && request.subresource === '') || isCharged(request),
    async validate(request) {
      if (quotas.isWrite(request)) quotas.written(request);
      if (!isCharged(request)) return;
      const known = await quotas.list(request.tenant, request.namespace);
      if (known.length === 0) return;
      const usage = grownUsage(request);
      if (!known.some((quota) => concerns(quota, request, usage))) return;
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      const settle = (error?: unknown) => (error === undefined ? resolve() : reject(error));
      const key = `${request.tenant}/${request.namespace}`;
      const waiting: Waiting = { request, usage, charged: new Set(), settle };
      const queue = queues.get(key);
      if (queue !== undefined) queue.push(waiting);
      else {
        const started = [waiting];
        queues.set(key, started);
        await drain(key, started);
      }
      await promise;
    },
  };
}

function storedAs({ definition: { group, resource } }: AdmissionRequest): string {
  return group === '' ? resource : `${resource}.${group}`;
}

function isCharged({ definition, namespace, operation, subresource }: AdmissionRequest): boolean {
  const { group, resource, namespaced } = definition;
  // Events tell of trouble, such as a quota that is used up.
  if (!namespaced || namespace === '' || resource === 'events') return false;
  if (operation === 'CREATE') return subresource === '' && !(group === '' && resource === 'bindings');
  if (operation !== 'UPDATE' || group !== '') return false;
  return subresource === '' ? GROWING.has(resource) : resource === 'pods' && subresource === 'resize';
}

function grownUsage(request: AdmissionRequest): Amounts {
  const { object, old } = request;
  const now = new Date();
  const resource = storedAs(request);
  const after = object === undefined ? new Map() : usageOf(resource, object, now);
  return growth(after, old === undefined ? new Map() : usageOf(resource, old, now));
}

/** The names of the quota that are about this kind of object. */
function restrictedNames({ status }: ResourceQuota, resource: string): string[] {
  return Object.keys(status?.hard ?? {}).filter((name) => resourceCounted(name) === resource);
}

function concerns(quota: ResourceQuota, request: AdmissionRequest, usage: Amounts): boolean {
  const resource = storedAs(request);
  if (usage.size === 0 || request.object === undefined || !inScopes(quota.spec, resource, request.object)) return false;
  return restrictedNames(quota, resource).length > 0;
}

/** Settles each of them, which are all of one namespace. */
async function charge(client: Client, batch: readonly Waiting[]): Promise<void> {
  const { namespace } = batch[0]!.request;
  let open = [...batch];
  for (let tries = 1; open.length > 0; tries++) {
    const { items } = await client.list(RESOURCE_QUOTAS, { namespace });
    const books = items.map((quota) => ({ quota, used: amountsOf(quota.status?.used), by: new Set<Waiting>() }));
    for (const waiting of open) {
      try {
        enter(waiting, books);
      } catch (error) {
        waiting.settle(error);
      }
    }
    const again = new Set<Waiting>();
    const entered = new Set(books.flatMap(({ by }) => [...by]));
    for (const { quota, used, by } of books) {
      if (by.size === 0) continue;
      try {
        await client.updateStatus(RESOURCE_QUOTAS, { ...quota, status: { ...quota.status, used: listOf(used) } });
        for (const each of by) each.charged.add(quota.metadata.uid ?? '');
      } catch (error) {
        if (isStatus(error, 'NotFound')) continue;
        const lost = isStatus(error, 'Conflict') && tries < MAX_TRIES;
        for (const each of by) lost ? again.add(each) : each.settle(error);
      }
    }
    for (const each of entered) if (!again.has(each)) each.settle();
    open = [...again];
  }
}

interface Book {
  quota: ResourceQuota;
  used: Map<string, Quantity>;
  by: Set<Waiting>;
}

/** Adds what it uses to every book that it is of and not yet charged to, or throws and leaves them as they were. */
function enter(waiting: Waiting, books: readonly Book[]): void {
  const { request, usage, charged } = waiting;
  const mine = books.filter(({ quota }) => !charged.has(quota.metadata.uid ?? '') && concerns(quota, request, usage));
  const sums = mine.map((book) => tried(request, usage, book));
  let entered = false;
  for (const [index, book] of mine.entries()) {
    const sum = sums[index];
    if (sum === undefined || request.options.dryRun) continue;
    for (const [name, amount] of sum) book.used.set(name, amount);
    book.by.add(waiting);
    entered = true;
  }
  if (!entered) waiting.settle();
}

/** What would be used then, of what is counted; undefined where the quota counts nothing of it. Throws 403. */
function tried(request: AdmissionRequest, usage: Amounts, { quota, used }: Book): Amounts | undefined {
  const { name } = quota.metadata;
  const restricted = restrictedNames(quota, storedAs(request));
  const fault =
    storedAs(request) === 'pods' && request.object !== undefined
      ? podFault(request.object as Parameters<typeof podFault>[0], restricted)
      : undefined;
  if (fault !== undefined) throw forbid(request, `failed quota: ${name}: ${fault}`);
  const unknown = restricted.filter((each) => !used.has(each)).sort();
  if (unknown.length > 0) throw forbid(request, `status unknown for quota: ${name}, resources: ${unknown.join(',')}`);
  const asked = only(usage, (each) => restricted.includes(each));
  if (asked.size === 0) return undefined;
  const sum = only(used, (each) => asked.has(each));
  add(sum, asked);
  const hard = amountsOf(quota.status?.hard);
  const over = new Set(
    [...sum].filter(([each, amount]) => compareQuantity(amount, hard.get(each)!) > 0).map(([n]) => n),
  );
  if (over.size === 0) return sum;
  const shown = (amounts: Amounts) => printed(only(amounts, (each) => over.has(each)));
  throw forbid(
    request,
    `exceeded quota: ${name}, requested: ${shown(asked)}, used: ${shown(used)}, limited: ${shown(hard)}`,
  );
}
