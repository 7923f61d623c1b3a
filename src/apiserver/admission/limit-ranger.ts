import type { Reader } from '../../client/contract.ts';
import { LIMIT_RANGES, type LimitRange, type PersistentVolumeClaim, type Pod } from '../../client/resources.ts';
import { own } from '../../meta/own.ts';
import {
  addQuantity,
  compareQuantity,
  formatQuantity,
  type QuantityLike,
  quantityMillis,
} from '../../meta/quantity.ts';
import type { AdmissionPlugin, AdmissionRequest } from './contract.ts';
import { forbid, isAbout } from './forbid.ts';
import { recentLists } from './recent-lists.ts';

type Item = NonNullable<NonNullable<LimitRange['spec']>['limits']>[number];
type Amounts = Readonly<Record<string, QuantityLike>>;
type Container = NonNullable<Pod['spec']>['containers'][number];

const ANNOTATION = 'kubernetes.io/limit-ranger';

/** Upstream's LimitRanger: gives containers what they leave out, and refuses pods and claims that are outside of the limits. */
export function limitRanger({ readerOf }: { readerOf(tenant: string): Reader }): AdmissionPlugin {
  const ranges = recentLists<LimitRange>(readerOf, LIMIT_RANGES);
  const isPod = (request: AdmissionRequest) => isAbout(request, '', 'pods');
  const itemsOf = async ({ tenant, namespace }: AdmissionRequest) =>
    (await ranges.list(tenant, namespace)).flatMap(({ spec }) => spec?.limits ?? []);
  return {
    name: 'LimitRanger',
    handles: (request) =>
      ranges.isWrite(request) ||
      (request.operation === 'CREATE' && (isPod(request) || isAbout(request, '', 'persistentvolumeclaims'))),
    async admit(request) {
      if (ranges.isWrite(request) || !isPod(request)) return;
      setDefaults(request.object as unknown as Pod, await itemsOf(request));
    },
    async validate(request) {
      if (ranges.isWrite(request)) {
        ranges.written(request);
        return;
      }
      const items = await itemsOf(request);
      if (items.length === 0) return;
      const faults = isPod(request)
        ? podFaults(request.object as unknown as Pod, items)
        : claimFaults(request.object as unknown as PersistentVolumeClaim, items);
      if (faults.length > 0) throw forbid(request, faults.length === 1 ? faults[0]! : `[${faults.join(', ')}]`);
    },
  };
}

function setDefaults({ metadata, spec }: Pod, items: readonly Item[]): void {
  const told: string[] = [];
  for (const item of items) {
    if (item.type !== 'Container') continue;
    for (const each of spec?.containers ?? []) told.push(...fill(each, item, 'container'));
    for (const each of spec?.initContainers ?? []) told.push(...fill(each, item, 'init container'));
  }
  if (told.length === 0) return;
  metadata.annotations = { ...metadata.annotations, [ANNOTATION]: `LimitRanger plugin set: ${told.join('; ')}` };
}

/** Tells what it set, as the annotation has it. */
function fill(container: Container, item: Item, what: string): string[] {
  const resources = { ...container.resources };
  const told: string[] = [];
  for (const [list, defaults, name] of [
    ['requests', item.defaultRequest, 'request'],
    ['limits', item.default, 'limit'],
  ] as const) {
    const missing = Object.keys(defaults ?? {}).filter((key) => own(resources[list], key) === undefined);
    if (missing.length === 0) continue;
    const filled = { ...defaults, ...resources[list] };
    if (list === 'requests') resources.requests = filled;
    else resources.limits = filled;
    told.push(`${missing.sort().join(', ')} ${name} for ${what} ${container.name}`);
  }
  if (told.length > 0) container.resources = resources;
  return told;
}

function podFaults({ spec }: Pod, items: readonly Item[]): string[] {
  const { containers = [], initContainers = [] } = spec ?? {};
  return items.flatMap((item) => {
    if (item.type === 'Container') {
      return [...containers, ...initContainers].flatMap(({ resources }) =>
        faultsOf(item, resources?.requests ?? {}, resources?.limits ?? {}),
      );
    }
    if (item.type !== 'Pod') return [];
    const total = (list: 'requests' | 'limits') => podTotal(containers, initContainers, list);
    return faultsOf(item, total('requests'), total('limits'));
  });
}

/** What its containers have together, or its largest init container, whichever is more. */
function podTotal(containers: readonly Container[], inits: readonly Container[], list: 'requests' | 'limits'): Amounts {
  const total = new Map<string, QuantityLike>();
  for (const { resources } of containers) {
    for (const [name, amount] of Object.entries(resources?.[list] ?? {})) {
      total.set(name, addQuantity(total.get(name) ?? '0', amount));
    }
  }
  for (const { resources } of inits) {
    for (const [name, amount] of Object.entries(resources?.[list] ?? {})) {
      const before = total.get(name);
      if (before === undefined || compareQuantity(amount, before) > 0) total.set(name, amount);
    }
  }
  return Object.fromEntries(total);
}

function claimFaults({ spec }: PersistentVolumeClaim, items: readonly Item[]): string[] {
  const requests: Amounts = spec?.resources?.requests ?? {};
  return items
    .filter(({ type }) => type === 'PersistentVolumeClaim')
    .flatMap((item) => [
      ...each(item.min).flatMap(([name, bound]) => minFaults(item.type, name, bound, requests, {})),
      ...each(item.max).flatMap(([name, bound]) => {
        const about = `maximum ${name} usage per ${item.type} is ${formatQuantity(bound)}`;
        const asked = own(requests, name);
        if (asked === undefined) return [`${about}.  No request is specified`];
        return compareQuantity(asked, bound) > 0 ? [`${about}, but request is ${formatQuantity(asked)}`] : [];
      }),
    ]);
}

function each(amounts: Amounts | undefined): [string, QuantityLike][] {
  return Object.entries(amounts ?? {});
}

function faultsOf(item: Item, requests: Amounts, limits: Amounts): string[] {
  return [
    ...each(item.min).flatMap(([name, bound]) => minFaults(item.type, name, bound, requests, limits)),
    ...each(item.max).flatMap(([name, bound]) => maxFaults(item.type, name, bound, requests, limits)),
    ...each(item.maxLimitRequestRatio).flatMap(([name, bound]) =>
      ratioFaults(item.type, name, bound, requests, limits),
    ),
  ];
}

function minFaults(type: string, name: string, bound: QuantityLike, requests: Amounts, limits: Amounts): string[] {
  const about = `minimum ${name} usage per ${type} is ${formatQuantity(bound)}`;
  const [request, limit] = [own(requests, name), own(limits, name)];
  if (request === undefined) return [`${about}.  No request is specified`];
  if (compareQuantity(request, bound) < 0) return [`${about}, but request is ${formatQuantity(request)}`];
  if (limit !== undefined && compareQuantity(limit, bound) < 0)
    return [`${about}, but limit is ${formatQuantity(limit)}`];
  return [];
}

function maxFaults(type: string, name: string, bound: QuantityLike, requests: Amounts, limits: Amounts): string[] {
  const about = `maximum ${name} usage per ${type} is ${formatQuantity(bound)}`;
  const [request, limit] = [own(requests, name), own(limits, name)];
  if (limit === undefined) return [`${about}.  No limit is specified`];
  if (compareQuantity(limit, bound) > 0) return [`${about}, but limit is ${formatQuantity(limit)}`];
  if (request !== undefined && compareQuantity(request, bound) > 0) {
    return [`${about}, but request is ${formatQuantity(request)}`];
  }
  return [];
}

function ratioFaults(type: string, name: string, bound: QuantityLike, requests: Amounts, limits: Amounts): string[] {
  const about = `${name} max limit to request ratio per ${type} is ${formatQuantity(bound)}`;
  const [request, limit] = [own(requests, name), own(limits, name)];
  if (request === undefined || compareQuantity(request, 0) === 0) {
    return [`${about}, but no request is specified or request is 0`];
  }
  if (limit === undefined || compareQuantity(limit, 0) === 0)
    return [`${about}, but no limit is specified or limit is 0`];
  const ratio = quantityMillis(limit) / quantityMillis(request);
  return ratio * 1000 > quantityMillis(bound) ? [`${about}, but provided ratio is ${ratio.toFixed(6)}`] : [];
}
