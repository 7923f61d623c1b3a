/** The `paths` of an OpenAPI document, as far as clients read them: kinds, actions, and the parameters they probe for. */
import { apiVersionOf } from '../../meta/object.ts';
import { type Documented, definitionName, documentName } from './documented.ts';
import { type PublishedResource, subresourcesOf, verbsOf } from './published.ts';

export interface Parameter {
  name: string;
  in: string;
  description: string;
  required?: boolean;
  schema: { type: string; uniqueItems?: boolean };
}

/** By media type. */
type Content = Readonly<Record<string, { schema: object }>>;

export interface Operation {
  tags: readonly string[];
  description: string;
  parameters: readonly Parameter[];
  requestBody?: { required: boolean; content: Content };
  /** By status code. */
  responses: Readonly<Record<string, { description: string; content: Content }>>;
  'x-kubernetes-action': string;
  'x-kubernetes-group-version-kind': object;
}

type Operations = Partial<Record<Method, Operation>>;
export type PathItem = Operations & { parameters: readonly Parameter[] };

function parameter(name: string, type: string, description: string): Parameter {
  return { name, in: 'query', description, schema: { type, uniqueItems: true } };
}

function pathParameter(name: string, description: string): Parameter {
  return { name, in: 'path', description, required: true, schema: { type: 'string', uniqueItems: true } };
}

const NAMESPACE = pathParameter('namespace', 'object name and auth scope, such as for teams and projects');
const PRETTY = parameter('pretty', 'string', "If 'true', then the output is pretty printed.");
const DRY_RUN = parameter('dryRun', 'string', 'Whether modifications are persisted. Valid values: All.');
const WRITE = [
  DRY_RUN,
  parameter('fieldManager', 'string', 'The name of the actor that makes these changes.'),
  parameter('fieldValidation', 'string', 'How unknown and duplicate fields are treated: Ignore, Warn or Strict.'),
];
const FORCE = parameter('force', 'boolean', 'Whether server-side apply overrides conflicts.');
const DELETE = [
  DRY_RUN,
  parameter('gracePeriodSeconds', 'integer', 'Seconds before the object is deleted; zero deletes immediately.'),
  parameter('orphanDependents', 'boolean', 'Deprecated: use propagationPolicy.'),
  parameter('propagationPolicy', 'string', 'Whether and how dependents are collected: Orphan, Background, Foreground.'),
];
const LIST = [
  parameter('allowWatchBookmarks', 'boolean', 'Whether the watcher wants BOOKMARK events.'),
  parameter('continue', 'string', 'Where to go on with a limited list, as the list before said.'),
  parameter('fieldSelector', 'string', 'Restricts the list by fields.'),
  parameter('labelSelector', 'string', 'Restricts the list by labels.'),
  parameter('limit', 'integer', 'The most items to return.'),
  parameter('resourceVersion', 'string', 'Which versions may be answered from.'),
  parameter('resourceVersionMatch', 'string', 'How resourceVersion is applied.'),
  parameter('sendInitialEvents', 'boolean', 'Whether a watch begins with the current state.'),
  parameter('timeoutSeconds', 'integer', 'How long the call may last.'),
  parameter('watch', 'boolean', 'Watch instead of list.'),
];
const PATCH_TYPES = [
  'application/apply-patch+yaml',
  'application/json-patch+json',
  'application/merge-patch+json',
  'application/strategic-merge-patch+json',
];
const MEDIA_TYPES = ['application/json', 'application/yaml'];

export const METHODS = ['get', 'put', 'post', 'delete', 'patch'] as const;
export type Method = (typeof METHODS)[number];

interface Verb {
  verb: string;
  method: Method;
  action: string;
  named: boolean;
  parameters: readonly Parameter[];
}

const VERBS: readonly Verb[] = [
  { verb: 'list', method: 'get', action: 'list', named: false, parameters: LIST },
  { verb: 'create', method: 'post', action: 'post', named: false, parameters: WRITE },
  {
    verb: 'deletecollection',
    method: 'delete',
    action: 'deletecollection',
    named: false,
    parameters: [...LIST.slice(0, -1), ...DELETE],
  },
  { verb: 'get', method: 'get', action: 'get', named: true, parameters: [] },
  { verb: 'update', method: 'put', action: 'put', named: true, parameters: WRITE },
  { verb: 'patch', method: 'patch', action: 'patch', named: true, parameters: [...WRITE, FORCE] },
  { verb: 'delete', method: 'delete', action: 'delete', named: true, parameters: DELETE },
];

type Reference = (definition: string) => object;

export function pathsOf(documented: Documented, reference: Reference): Record<string, PathItem> {
  const paths: Record<string, PathItem> = {};
  for (const resource of documented.resources) addResource(paths, documented, resource, reference);
  return paths;
}

function addResource(
  paths: Record<string, PathItem>,
  documented: Documented,
  resource: PublishedResource,
  reference: Reference,
): void {
  const root = `/${documentName(documented.group, documented.version)}`;
  const collection = `${root}/${resource.namespaced ? 'namespaces/{namespace}/' : ''}${resource.resource}`;
  const shared = [...(resource.namespaced ? [NAMESPACE] : []), PRETTY];
  const name = definitionName(documented, resource);
  const served = verbsOf(resource);
  const type = { group: resource.group, version: resource.version, kind: resource.kind };
  const operations = (named: boolean): Operations =>
    Object.fromEntries(
      VERBS.filter((each) => each.named === named && served.includes(each.verb)).map((each) => [
        each.method,
        operation(each, resource, type, reference(each.verb === 'list' ? `${name}List` : name), reference(name)),
      ]),
    );
  const nameParameter = pathParameter('name', `name of the ${resource.kind}`);
  add(paths, collection, operations(false), shared);
  add(paths, `${collection}/{name}`, operations(true), [nameParameter, ...shared]);
  if (resource.namespaced && served.includes('list')) {
    const everywhere = operations(false).get;
    add(paths, `${root}/${resource.resource}`, everywhere === undefined ? {} : { get: everywhere }, [PRETTY]);
  }
  for (const subresource of subresourcesOf(resource)) {
    const { group, version, kind } = subresource;
    const own = reference(kind === resource.kind ? name : `${apiVersionOf(group, version)}.${kind}`);
    const body = kind === resource.kind ? own : { type: 'object' };
    const methods = VERBS.filter(
      (each) => subresource.verbs.includes(each.verb) && (each.named || each.verb === 'create'),
    ).map((each) => [each.method, operation(each, resource, { group, version, kind }, body, body)]);
    add(paths, `${collection}/{name}/${subresource.name}`, Object.fromEntries(methods), [nameParameter, ...shared]);
  }
}

function add(
  paths: Record<string, PathItem>,
  path: string,
  operations: Operations,
  parameters: readonly Parameter[],
): void {
  if (Object.keys(operations).length > 0) paths[path] = { ...operations, parameters };
}

function operation(verb: Verb, resource: PublishedResource, type: object, answer: object, body: object): Operation {
  const content = (types: readonly string[], schema: object) =>
    Object.fromEntries(types.map((each) => [each, { schema }]));
  const writes = verb.method === 'post' || verb.method === 'put';
  return {
    tags: [resource.group === '' ? `core_${resource.version}` : `${resource.group.split('.')[0]}_${resource.version}`],
    description: `${verb.verb} ${resource.kind}`,
    parameters: verb.parameters,
    ...(writes ? { requestBody: { required: true, content: content(['*/*'], body) } } : {}),
    ...(verb.verb === 'patch'
      ? { requestBody: { required: true, content: content(PATCH_TYPES, { type: 'object' }) } }
      : {}),
    responses: {
      [verb.method === 'post' ? '201' : '200']: { description: 'OK', content: content(MEDIA_TYPES, answer) },
    },
    'x-kubernetes-action': verb.action,
    'x-kubernetes-group-version-kind': type,
  };
}
