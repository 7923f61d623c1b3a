/** Between an object as a version of the API shows it and the text that is stored. */
import { byteLength } from '../../meta/names.ts';
import { apiVersionOf, groupResource, type UnknownObject } from '../../meta/object.ts';
import { StatusError } from '../../meta/status-error.ts';
import { encodeBody, parseBody, spliceBody } from '../storage/body.ts';
import type { Claim, Indexed, ObjectKey, StoredObject, UpdateWrite } from '../storage/contract.ts';
import type { ApiSurface } from '../surface/contract.ts';
import type { ResourceDefinition } from './contract.ts';

/** Which definitions are stored together. */
type Sharing = Pick<ApiSurface, 'sharing'>;

/** A state as stored; revision 0 is one that a dry run made. */
type State = Pick<StoredObject, 'body' | 'revision'>;

/** The group-resource under which a definition's objects are stored. */
export function storedResource(definition: ResourceDefinition): string {
  return definition.storedAs ?? groupResource(definition.group, definition.resource);
}

export function objectKey(definition: ResourceDefinition, namespace: string, name: string): ObjectKey {
  return { resource: storedResource(definition), namespace: definition.namespaced ? namespace : '', name };
}

/** The text to store. apiVersion, kind and resourceVersion are left out of it. */
export function storedBody(definition: ResourceDefinition, object: UnknownObject): string {
  return encodeBody(definition.toStored === undefined ? object : definition.toStored(object));
}

/** Bytes of an object: what etcd takes in one request by default. */
export const MAX_OBJECT_BYTES = 1.5 * 1024 * 1024;

/**
 * storedBody, for writes that clients ask for. Throws 413 for an object that upstream's store would not take, with its
 * message; upstream answers it with 500, which tells clients to try again.
 */
export function newBody(definition: ResourceDefinition, object: UnknownObject): string {
  const body = storedBody(definition, object);
  const fits = body.length * MAX_BYTES_PER_UNIT <= MAX_OBJECT_BYTES || byteLength(body) <= MAX_OBJECT_BYTES;
  if (fits) return body;
  throw objectTooLarge();
}

export function objectTooLarge(): StatusError {
  return StatusError.requestEntityTooLarge('etcdserver: request is too large');
}

/** Of UTF-8, for a unit of UTF-16. */
const MAX_BYTES_PER_UNIT = 3;

/** The object of this version, with apiVersion, kind and resourceVersion. A new object on each call. */
export function parseStored(definition: ResourceDefinition, stored: State): UnknownObject {
  const parsed = parseBody(stored);
  if (stored.revision === 0) delete parsed.metadata.resourceVersion;
  const object = definition.fromStored === undefined ? parsed : definition.fromStored(parsed);
  return { apiVersion: apiVersionOf(definition.group, definition.version), ...object, kind: definition.kind };
}

/**
 * The JSON text of the object in this version, spliced from the stored text where that needs no conversion. Items of
 * lists are without type, as upstream's.
 */
export function renderStored(definition: ResourceDefinition, stored: State, withType = true): string {
  const apiVersion = apiVersionOf(definition.group, definition.version);
  const { kind } = definition;
  if (definition.fromStored === undefined && stored.revision !== 0) {
    return spliceBody(stored, withType ? { apiVersion, kind } : undefined);
  }
  const { apiVersion: _apiVersion, kind: _kind, ...rest } = parseStored(definition, stored);
  return JSON.stringify(withType ? { apiVersion, kind, ...rest } : rest);
}

/** Labels, selectable fields and owners of an object, for the store's indexes. */
export function indexed(surface: Sharing, definition: ResourceDefinition, object: UnknownObject): Indexed {
  const { labels, ownerReferences } = object.metadata;
  return {
    labels: labels ?? {},
    fields: selectableFields(surface, definition, object),
    owners: ownerReferences?.map((owner) => owner.uid) ?? [],
  };
}

/** The write that puts `object`, whose stored text is `body`, in the place of the state that was read. */
export function updateWrite(
  surface: Sharing,
  definition: ResourceDefinition,
  read: StoredObject,
  object: UnknownObject,
  body: string,
  claims?: Claim[],
): UpdateWrite {
  const { resource, namespace, name, uid, revision } = read;
  return {
    op: 'update',
    resource,
    namespace,
    name,
    uid,
    expectedRevision: revision,
    body,
    ...indexed(surface, definition, object),
    ...(claims === undefined ? {} : { claims }),
  };
}

/** Definitions that share a store index their fields together, so that each can select by its own names. */
function selectableFields(
  surface: Sharing,
  definition: ResourceDefinition,
  object: UnknownObject,
): Record<string, string> {
  const fields: Record<string, string> = {};
  for (const each of surface.sharing(definition)) {
    if (each.selectableFields === undefined) continue;
    const form = each === definition ? object : convert(definition, each, object);
    for (const [path, value] of Object.entries(each.selectableFields)) fields[path] = value(form);
  }
  return fields;
}

function convert(from: ResourceDefinition, to: ResourceDefinition, object: UnknownObject): UnknownObject {
  const copy = structuredClone(object);
  const stored = from.toStored === undefined ? copy : from.toStored(copy);
  return to.fromStored === undefined ? stored : to.fromStored(stored);
}
