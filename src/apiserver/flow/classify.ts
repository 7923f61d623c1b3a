/** From a request to what it demands: level, flow and seats. Upstream's default FlowSchemas, as far as they matter here. */

import type { RequestInfo } from '../request/info.ts';
import { MASTERS, type UserInfo } from '../request/user.ts';
import type { Demand, Level } from './contract.ts';

/** What is known of lists from the lists before. */
export interface Sizes {
  /** Objects that a list of it had when it was last seen; undefined: never. */
  of(tenant: string, info: RequestInfo): number | undefined;
}

export interface Classified {
  tenant: string;
  user: UserInfo;
  /** Of the root tenant: the administrators of other tenants are users like all others. */
  operator: boolean;
  info: RequestInfo;
  query: URLSearchParams;
}

const NODES = 'system:nodes';
const HEALTH = /^\/(livez|readyz|healthz)(\/|$)/;
const READS_MANY = new Set(['list', 'watch', 'deletecollection']);
/** Bytes that move for as long as somebody likes, and hardly any work. */
const STREAMS = new Set(['log', 'exec', 'attach', 'portforward', 'proxy']);

export function isStream({ isResourceRequest, group, subresource }: RequestInfo): boolean {
  return isResourceRequest && group === '' && STREAMS.has(subresource);
}

export function classify(request: Classified, sizes: Sizes): Demand {
  const { tenant, user } = request;
  return { level: levelOf(request), tenant, flow: user.name, seats: seatsOf(request, sizes) };
}

function levelOf({ user, operator, info }: Classified): Level {
  if ((operator && user.groups.includes(MASTERS)) || HEALTH.test(info.path)) return 'exempt';
  if (isLight(user, info)) return 'light';
  if (user.groups.includes(NODES)) return 'system';
  return READS_MANY.has(info.verb) ? 'lists' : 'workload';
}

/** Single objects by name; heartbeats of nodes; leader election (upstream's system-leader-election and node-high). */
function isLight(user: UserInfo, info: RequestInfo): boolean {
  if (!info.isResourceRequest) return info.verb === 'get';
  if (info.verb === 'get') return !isStream(info);
  if (info.group === 'coordination.k8s.io' && info.resource === 'leases') {
    return info.name !== '' && info.verb !== 'watch' && info.verb !== 'list';
  }
  return info.group === '' && info.resource === 'nodes' && info.subresource === 'status' && user.groups.includes(NODES);
}

/** Upstream's list work estimator, with its numbers: a seat for each 100 objects, 10 at most. */
const OBJECTS_A_SEAT = 100;
const MAX_LIST_SEATS = 10;
/** What is not known is taken for small: its first page tells. Upstream takes the maximum, and has counted everything. */
const UNKNOWN_SEATS = 1;

function seatsOf({ tenant, info, query }: Classified, sizes: Sizes): number {
  if (!info.isResourceRequest) return 1;
  if (isStream(info)) return 0;
  if (info.verb === 'deletecollection') return MAX_LIST_SEATS;
  if (info.verb === 'list' || (info.verb === 'watch' && hasInitialEvents(query))) {
    const count = sizes.of(tenant, info);
    const limit = Number(query.get('limit') ?? 0);
    // A selector that picks few of many reads all of them.
    const objects = limit > 0 && !query.has('labelSelector') ? Math.min(limit, count ?? limit) : count;
    if (objects === undefined) return UNKNOWN_SEATS;
    return Math.min(MAX_LIST_SEATS, Math.max(1, Math.ceil(objects / OBJECTS_A_SEAT)));
  }
  return 1;
}

function hasInitialEvents(query: URLSearchParams): boolean {
  const version = query.get('resourceVersion');
  return query.has('sendInitialEvents') || version === null || version === '' || version === '0';
}
