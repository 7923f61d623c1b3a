/** The REST verbs over HTTP: decode, call the registry, encode. */
import { StatusError } from '../../meta/status-error.ts';
import { assertAllowed } from '../authz/forbidden.ts';
import { apply } from '../registry/apply.ts';
import { type Answer, subjectOf } from '../registry/context.ts';
import { create } from '../registry/create.ts';
import { deleteObject } from '../registry/delete.ts';
import { deleteCollection } from '../registry/delete-collection.ts';
import { get, objectOf } from '../registry/get.ts';
import { listPages } from '../registry/list.ts';
import { patch } from '../registry/patch.ts';
import { kindOf } from '../registry/pipeline.ts';
import { through } from '../registry/subresource.ts';
import { type AuthorizeCreate, update } from '../registry/update.ts';
import { readBody } from '../request/body.ts';
import { APPLY, type OutputForm, patchTypeOf } from '../request/negotiate.ts';
import {
  type DeleteOptions,
  type DeleteOptionsBody,
  parseDeleteOptions,
  parseListOptions,
  parseResourceVersion,
} from '../request/options.ts';
import { decodeOptional, sentBody } from './decode-object.ts';
import { decodeConfig, decodePatch } from './decode-patch.ts';
import { pagesOf } from './pages.ts';
import { type ResourceRequest, writeOptions } from './request.ts';
import { outputForm, respondList, respondObject, respondPages, respondValue, successStatus } from './respond.ts';
import { handleWatch } from './watch.ts';

export type ResourceHandler = (request: ResourceRequest) => Promise<Response>;

/** Verbs on a resource itself. Parts and views use get, update and patch too, with their name as the subresource. */
export const RESOURCE_HANDLERS: Readonly<Record<string, ResourceHandler>> = {
  get: handleGet,
  list: handleList,
  watch: handleWatch,
  create: handleCreate,
  update: handleUpdate,
  patch: handlePatch,
  delete: handleDelete,
  deletecollection: handleDeleteCollection,
};

export async function handleGet(request: ResourceRequest): Promise<Response> {
  const form = outputForm(request);
  const minimum = parseResourceVersion(request.query.get('resourceVersion') ?? '');
  return respondShown(request, await get(request.deps, request.scope, request.info.name, minimum), 200, form);
}

async function handleList(request: ResourceRequest): Promise<Response> {
  const form = outputForm(request);
  const options = parseListOptions(request.query, false, request.info);
  const { work } = request;
  const signal = work?.signal ?? request.raw.signal;
  const first = await listPages(
    request.deps,
    request.scope,
    options,
    pagesOf(request, signal),
    signal,
    () => work?.room ?? 'idle',
  );
  const whole = options.limit === 0 && options.continue === '' && options.labelSelector === '';
  return respondPages(request, first, options.limit > 0, form, (count) => {
    if (whole && options.fieldSelector === '') work?.listed(count);
  });
}

async function handleCreate(request: ResourceRequest): Promise<Response> {
  const form = outputForm(request);
  if (request.info.name !== '') throw StatusError.methodNotAllowed(subjectOf(request.definition), 'create');
  const options = writeOptions(request, 'CreateOptions');
  const sent = await sentBody(request, request.definition, options.fieldValidation);
  return respondObject(request, await create(request.deps, request.scope, sent, options), 201, form);
}

export async function handleUpdate(request: ResourceRequest): Promise<Response> {
  const form = outputForm(request);
  const { info } = request;
  const options = writeOptions(request, 'UpdateOptions');
  const kind = kindOf(request, through(request.definition, info.subresource));
  const sent = await sentBody(request, kind, options.fieldValidation);
  const answer = await update(request.deps, request.scope, info, sent, options, mayCreate(request));
  return respondShown(request, answer, answer.created === true ? 201 : 200, form);
}

const CUSTOM_PATCHES = ['application/json-patch+json', 'application/merge-patch+json', 'application/apply-patch+yaml'];

export async function handlePatch(request: ResourceRequest): Promise<Response> {
  const form = outputForm(request);
  const { info } = request;
  const type = patchTypeOf(request.raw.headers.get('content-type'));
  if (type === APPLY) return handleApply(request, form);
  // Only Go types say how their lists merge.
  if (type === 'application/strategic-merge-patch+json' && request.definition.custom === true)
    throw StatusError.unsupportedMediaType(CUSTOM_PATCHES);
  const options = writeOptions(request, 'PatchOptions');
  const sent = decodePatch(await readBody(request.raw), options.fieldValidation);
  return respondShown(request, await patch(request.deps, request.scope, info, type, sent, options), 200, form);
}

async function handleApply(request: ResourceRequest, form: OutputForm): Promise<Response> {
  const options = writeOptions(request, 'PatchOptions', true);
  const sent = decodeConfig(await readBody(request.raw), options.fieldValidation, request.warn);
  const answer = await apply(request.deps, request.scope, request.info, sent, options, mayCreate(request));
  return respondShown(request, answer, answer.created === true ? 201 : 200, form);
}

/** Asked where an update or an apply of what is not there makes it. */
function mayCreate({ deps, tenant, user, info }: ResourceRequest): AuthorizeCreate {
  return () => assertAllowed(deps.authorizer, { tenant, user, request: { ...info, verb: 'create' } });
}

/** The object, or what the subresource shows of it. */
function respondShown(request: ResourceRequest, answer: Answer, code: number, form: OutputForm): Response {
  const by = through(request.definition, request.info.subresource);
  return by?.by === 'view'
    ? respondValue(request, by.read(objectOf(answer)), code)
    : respondObject(request, answer, code, form);
}

async function handleDelete(request: ResourceRequest): Promise<Response> {
  const form = outputForm(request);
  const { definition, info } = request;
  const answer = await deleteObject(request.deps, request.scope, info.name, await deleteOptions(request));
  if (!answer.gone || definition.strategy.returnsDeletedObject === true)
    return respondObject(request, answer, 200, form);
  return respondValue(
    request,
    successStatus({
      name: info.name,
      ...(definition.group === '' ? {} : { group: definition.group }),
      kind: definition.resource,
      uid: answer.stored.uid,
    }),
  );
}

async function handleDeleteCollection(request: ResourceRequest): Promise<Response> {
  const form = outputForm(request);
  const listOptions = parseListOptions(request.query, false, request.info);
  const options = await deleteOptions(request);
  return respondList(request, await deleteCollection(request.deps, request.scope, listOptions, options), form);
}

async function deleteOptions(request: ResourceRequest): Promise<DeleteOptions> {
  const kind = request.surface.body('', 'v1', 'DeleteOptions');
  // Upstream decodes options without a word on unknown fields, and has the kind in every group version.
  const body = await decodeOptional<DeleteOptionsBody>(request, kind, 'Ignore', 'any');
  return parseDeleteOptions(request.query, body);
}
