/** Every route of the API that may have an effect, found from what is registered: nothing here names a kind. */

import type { ResourceDefinition } from '../../../src/apiserver/registry/contract.ts';
import type { SurfaceKinds } from '../../../src/apiserver/surface/kinds.ts';

export interface Route {
  method: string;
  path: string;
  headers?: Record<string, string>;
  body?: object;
  /** What the authorizer must be asked. */
  verb: string;
  group: string;
  resource: string;
  subresource: string;
  /** What admission must be asked; undefined where nothing is changed. */
  operation?: 'CREATE' | 'UPDATE' | 'DELETE' | 'CONNECT';
}

export const NAMESPACE = 'routes';
export const NAME = 'x';
const VERBS = ['get', 'list', 'watch', 'create', 'update', 'patch', 'delete', 'deletecollection'];
const METHODS: Readonly<Record<string, string>> = {
  get: 'GET',
  list: 'GET',
  watch: 'GET',
  create: 'POST',
  update: 'PUT',
  patch: 'PATCH',
  delete: 'DELETE',
  deletecollection: 'DELETE',
};
const OPERATIONS: Readonly<Record<string, Route['operation']>> = {
  create: 'CREATE',
  update: 'UPDATE',
  patch: 'UPDATE',
  delete: 'DELETE',
  deletecollection: 'DELETE',
};
const COLLECTION = new Set(['list', 'watch', 'create', 'deletecollection']);

export function collectionPath({ group, version, resource, namespaced }: ResourceDefinition): string {
  const root = group === '' ? `/api/${version}` : `/apis/${group}/${version}`;
  return namespaced ? `${root}/namespaces/${NAMESPACE}/${resource}` : `${root}/${resource}`;
}

function route(definition: ResourceDefinition, verb: string, subresource = ''): Route {
  const { group, resource } = definition;
  const inCollection = COLLECTION.has(verb) && subresource === '';
  const path = [collectionPath(definition), ...(inCollection ? [] : [NAME]), subresource].filter(Boolean).join('/');
  const metadata = { name: inCollection ? 'y' : NAME };
  const body =
    verb === 'create' || verb === 'update'
      ? { body: { metadata } }
      : verb === 'patch'
        ? { body: { metadata: { labels: { a: 'b' } } }, headers: { 'content-type': 'application/merge-patch+json' } }
        : {};
  const operation = OPERATIONS[verb];
  return {
    method: METHODS[verb] as string,
    path: verb === 'watch' ? `${path}?watch=true&timeoutSeconds=1` : path,
    ...body,
    verb,
    group,
    resource,
    subresource,
    ...(operation === undefined ? {} : { operation }),
  };
}

/** All verbs of all resources and their subresources, and the reviews. */
export function routesOf(kinds: SurfaceKinds): Route[] {
  const stored = kinds.stored.flatMap((definition) => [
    ...(definition.verbs ?? VERBS).map((verb) => route(definition, verb)),
    ...Object.entries(definition.subresources ?? {}).flatMap(([name, sub]) =>
      sub.verbs.map((verb) => ({
        ...route(definition, verb, name),
        ...(sub.by === 'handler' && sub.connect === true ? { operation: 'CONNECT' as const } : {}),
      })),
    ),
  ]);
  const reviews = kinds.answered.map(({ group, version, resource, namespaced }): Route => {
    const where = namespaced ? `namespaces/${NAMESPACE}/` : '';
    const path = `/apis/${group}/${version}/${where}${resource}`;
    return { method: 'POST', path, body: {}, verb: 'create', group, resource, subresource: '', operation: 'CREATE' };
  });
  return [...stored, ...reviews];
}

/** Streams to pods and through nodes; upstream admits them as CONNECT. */
export const STREAMS: readonly Route[] = [
  ...['exec', 'attach', 'portforward', 'proxy'].map((name) => ['pods', name] as const),
  ['services', 'proxy'] as const,
  ['nodes', 'proxy'] as const,
].flatMap(([resource, subresource]) =>
  (
    [
      ['GET', 'get'],
      ['POST', 'create'],
    ] as const
  ).map(([method, verb]) => ({
    method,
    path: `/api/v1/${resource === 'nodes' ? '' : `namespaces/${NAMESPACE}/`}${resource}/${NAME}/${subresource}`,
    verb,
    group: '',
    resource,
    subresource,
    operation: 'CONNECT' as const,
  })),
);
