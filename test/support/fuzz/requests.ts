/** The n-th request of a seed: what is asked of whom, with which body. Made from what is registered; nothing names a kind. */
import { builtInKinds } from '../../../src/apis/index.ts';
import type { BodyKind, ResourceDefinition } from '../../../src/apiserver/registry/contract.ts';
import { createSurface } from '../../../src/apiserver/surface/surface.ts';
import { createFiller } from './from-schema.ts';
import { fuzzHeaders } from './headers.ts';
import { hostileText, hostileValue } from './hostile.ts';
import { mutate } from './mutate.ts';
import { patchOf } from './patches.ts';
import { oddPath } from './paths.ts';
import { fuzzQuery } from './queries.ts';
import { createRandom, type Random } from './random.ts';
import { leastOf, nameOf } from './seeds.ts';
import { tame } from './tame.ts';
import { type Pairs, treeOf } from './tree.ts';
import { encodeBody, type Wire } from './wire.ts';

export const surface = createSurface(builtInKinds, 'v1.35.0');

/** `{{rv}}`, `{{uid}}`, `{{continue}}` and `{{canary}}` in path and body are filled in when it is sent. */
export interface FuzzRequest {
  index: number;
  /** Of the two that are under test. */
  tenant: 0 | 1;
  http2: boolean;
  method: string;
  path: string;
  headers: Record<string, string>;
  body?: string | Uint8Array;
  /** Its answer may go on for ever. */
  watch: boolean;
}

const NAMESPACES = ['default', 'default', 'default', 'default', 'f1', 'f2', 'kube-system'];

export function makeRequest(seed: number, index: number): FuzzRequest {
  const random = createRandom(seed, index);
  const roll = random.next();
  const asked = roll < 0.1 ? review(random) : roll < 0.16 ? oddPath(random) : resource(random);
  const { method, path, wire, query } = asked;
  const text = query === undefined ? '' : query;
  const headers = { ...(wire === undefined ? {} : { 'content-type': wire.contentType }), ...fuzzHeaders(random) };
  return {
    index,
    tenant: random.chance(0.5) ? 1 : 0,
    http2: random.chance(0.15),
    method,
    path: text === '' ? path : `${path}${path.includes('?') ? '&' : '?'}${text}`,
    headers,
    ...(wire === undefined ? {} : { body: wire.body }),
    watch: /[?&]watch=|\/watch\/|follow=/.test(`${path}?${text}`),
  };
}

/** What the makers below decide of a request. */
export interface Asked {
  method: string;
  path: string;
  query?: string;
  wire?: Wire;
}

function review(random: Random): Asked {
  const { group, version, kind, resource, namespaced } = random.pick(surface.answered);
  const where = namespaced ? `namespaces/${random.pick(NAMESPACES)}/` : '';
  const wire = bodyOf(surface.body(group, version, kind), undefined, random);
  return {
    method: 'POST',
    path: `/apis/${group}/${version}/${where}${resource}`,
    query: fuzzQuery('write', random),
    wire,
  };
}

function resource(random: Random): Asked {
  const definition = random.pick(surface.stored);
  const { group, version, namespaced } = definition;
  const root = group === '' ? `/api/${version}` : `/apis/${group}/${version}`;
  const where = namespaced ? `namespaces/${random.pick(NAMESPACES)}/` : '';
  const collection = `${root}/${where}${definition.resource}`;
  const name = random.chance(0.03) ? encodeURIComponent(wellFormed(hostileText(random))) : nameOf(random);
  const one = `${collection}/${name}`;
  const roll = random.int(100);
  if (roll < 30)
    return {
      method: 'POST',
      path: collection,
      query: fuzzQuery('write', random),
      wire: bodyOf(definition, nameOf(random), random),
    };
  if (roll < 42)
    return { method: 'PUT', path: one, query: fuzzQuery('write', random), wire: bodyOf(definition, name, random) };
  if (roll < 60)
    return { method: 'PATCH', path: one, query: fuzzQuery('write', random), wire: patchOf(definition, random) };
  if (roll < 66) return { method: 'DELETE', path: one, query: fuzzQuery('delete', random), ...deleteBody(random) };
  if (roll < 67 && definition.resource !== 'namespaces') {
    return { method: 'DELETE', path: collection, query: fuzzQuery('deletecollection', random), ...deleteBody(random) };
  }
  if (roll < 72) return { method: 'GET', path: one, query: fuzzQuery('get', random) };
  if (roll < 82) {
    return {
      method: 'GET',
      path: random.chance(0.3) ? `${root}/${definition.resource}` : collection,
      query: fuzzQuery('list', random),
    };
  }
  if (roll < 85) return watch(definition, collection, one, root, random);
  return subresource(definition, one, random);
}

function watch(definition: ResourceDefinition, collection: string, one: string, root: string, random: Random): Asked {
  const query = `${fuzzQuery('watch', random)}&timeoutSeconds=1`;
  if (random.chance(0.7)) return { method: 'GET', path: `${collection}?watch=1`, query };
  const below = random.chance(0.5) ? collection.slice(root.length) : one.slice(root.length);
  return {
    method: random.pick(['GET', 'GET', 'HEAD']),
    path: `${root}/watch${below || `/${definition.resource}`}`,
    query,
  };
}

/** Any subresource of any resource, mostly those that are there, with bodies of the kinds that they take. */
function subresource(definition: ResourceDefinition, one: string, random: Random): Asked {
  const others = Object.entries(definition.subresources ?? {});
  const known = ['status', 'scale', ...others.map(([name]) => name), ...others.map(([name]) => name)];
  const name = random.chance(0.1)
    ? random.pick(['exec', 'proxy/a/b', 'constructor', 'ephemeralcontainers'])
    : random.pick(known);
  const path = `${one}/${name}`;
  const method = random.pick(['GET', 'PUT', 'PATCH', 'POST', 'POST', 'DELETE']);
  const other = others.find(([each]) => each === name)?.[1];
  const spoken = other === undefined || other.by === 'part' ? undefined : other.kind;
  const kind =
    spoken === undefined || method === 'GET'
      ? definition
      : (bodyKindOf(spoken.group ?? definition.group, spoken.version ?? definition.version, spoken.kind) ?? definition);
  if (method === 'GET') return { method, path, query: fuzzQuery(name === 'log' ? 'log' : 'get', random) };
  if (method === 'PATCH') return { method, path, query: fuzzQuery('write', random), wire: patchOf(kind, random) };
  return { method, path, query: fuzzQuery('write', random), wire: bodyOf(kind, undefined, random) };
}

function bodyKindOf(group: string, version: string, kind: string): BodyKind | undefined {
  try {
    return surface.body(group, version, kind);
  } catch {
    return undefined;
  }
}

function deleteBody(random: Random): { wire?: Wire } {
  if (random.chance(0.4)) return {};
  return { wire: bodyOf(surface.body('', 'v1', 'DeleteOptions'), undefined, random) };
}

/** From the least that the kind takes: with more fields, or broken, or both. */
function bodyOf(
  { group, version, kind, schema, definitions }: BodyKind,
  name: string | undefined,
  random: Random,
): Wire {
  const definition = schema.$ref ?? '';
  const least = leastOf(definition);
  const tree = treeOf({
    apiVersion: group === '' ? version : `${group}/${version}`,
    kind,
    ...(name === undefined ? {} : { metadata: { name, labels: { app: 'fuzz', canary: '{{canary}}' } } }),
    ...least,
  }) as Pairs;
  const roll = random.next();
  if (roll > 0.25) createFiller(definitions, random).fill(tree, schema, random.pick([0.01, 0.04, 0.1]));
  const changed = roll < 0.4 ? tree : mutate(tree, random.pick([1, 1, 1, 2, 5]), random);
  // What everybody gives up on at once is asked seldom.
  const whole = random.chance(0.01) ? hostileValue(random, true) : changed;
  return encodeBody(tame(whole), definition, random);
}

function wellFormed(text: string): string {
  return text.slice(0, 2000).toWellFormed();
}
