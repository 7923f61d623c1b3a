/** Metadata and status rules that every kind shares (upstream's rest.BeforeCreate and rest.BeforeUpdate). */

import { deepEqual } from '../../meta/equal.ts';
import { collectFieldErrors, type FieldError, path } from '../../meta/field-error.ts';
import { type ObjectMeta, timestamp, type UnknownObject } from '../../meta/object.ts';
import { validateObjectMeta, validateObjectMetaUpdate } from '../../meta/object-meta.ts';
import { applyDefaults } from '../../meta/schema/defaulting.ts';
import { link } from '../../meta/schema/link.ts';
import { validateSchema } from '../../meta/schema/validate.ts';
import { StatusError } from '../../meta/status-error.ts';
import { type Scope, subjectOf } from './context.ts';
import type { ResourceDefinition } from './contract.ts';
import { generateName } from './names.ts';
import type { Through } from './subresource.ts';

/** Sets the namespace of the request on the object, or throws 400 when it names another. */
export function matchNamespace(scope: Scope, object: UnknownObject): void {
  const { metadata } = object;
  if (!scope.definition.namespaced) {
    delete metadata.namespace;
    return;
  }
  if (metadata.namespace === undefined || metadata.namespace === '') metadata.namespace = scope.namespace;
  else if (metadata.namespace !== scope.namespace) {
    throw StatusError.badRequest(
      'the namespace of the provided object does not match the namespace sent on the request',
    );
  }
}

/** What a new object is, however often it is shaped. */
export interface Identity {
  uid: string;
  creationTimestamp: string;
  /** The client named a resourceVersion. Not known before the object was first prepared. */
  versioned?: boolean;
  /** The name was made from generateName. */
  generated?: boolean;
}

export function newIdentity(now: Date): Identity {
  return { uid: crypto.randomUUID(), creationTimestamp: timestamp(now) };
}

/** What clients may not choose on creation. */
export function prepareMetadataForCreate(scope: Scope, object: UnknownObject, identity: Identity): void {
  matchNamespace(scope, object);
  const { metadata } = object;
  identity.versioned ??= namesVersion(metadata.resourceVersion);
  identity.generated ??= !metadata.name && Boolean(metadata.generateName);
  delete metadata.resourceVersion;
  delete metadata.deletionTimestamp;
  delete metadata.deletionGracePeriodSeconds;
  delete metadata.selfLink;
  delete metadata.generation;
  metadata.uid = identity.uid;
  metadata.creationTimestamp = identity.creationTimestamp;
  if (!metadata.name && metadata.generateName) metadata.name = generateName(metadata.generateName);
  if (countsGeneration(scope.definition)) metadata.generation = 1;
}

/** "0" is no version, and what is none is not looked at, as upstream. */
function namesVersion(text: string | undefined): boolean {
  return text !== undefined && /^\d+$/.test(text) && Number(text) !== 0;
}

/** What an update keeps of the stored object whatever the client sends. */
export function prepareMetadataForUpdate(scope: Scope, object: UnknownObject, old: UnknownObject): void {
  matchNamespace(scope, object);
  const { metadata } = object;
  const stored = old.metadata;
  if (metadata.uid && metadata.uid !== stored.uid) throw otherUid(scope, metadata.uid, stored);
  keep(metadata, stored, 'uid');
  // Whether the caller saw this version was settled before.
  keep(metadata, stored, 'resourceVersion');
  if (!metadata.creationTimestamp) keep(metadata, stored, 'creationTimestamp');
  keep(metadata, stored, 'generation');
  if (stored.deletionTimestamp !== undefined) keep(metadata, stored, 'deletionTimestamp');
  if (metadata.deletionGracePeriodSeconds === undefined) keep(metadata, stored, 'deletionGracePeriodSeconds');
  delete metadata.selfLink;
}

/** 409 for who means another object of the name. */
export function otherUid(scope: Scope, asked: string, { name = '', uid = '' }: ObjectMeta): StatusError {
  return StatusError.conflict(
    subjectOf(scope.definition),
    name,
    `Precondition failed: UID in precondition: ${asked}, UID in object meta: ${uid}`,
  );
}

const NOT_SPEC = new Set(['apiVersion', 'kind', 'metadata', 'status']);

function keep<T, K extends keyof T>(to: T, from: T, field: K): void {
  if (from[field] === undefined) delete to[field];
  else to[field] = from[field];
}

const generationCache = new WeakMap<ResourceDefinition, boolean>();

export function countsGeneration(definition: ResourceDefinition): boolean {
  if (definition.strategy.generation !== undefined) return definition.strategy.generation;
  let counts = generationCache.get(definition);
  if (counts === undefined) {
    const properties = link(definition.schema, definition.definitions).schema.properties;
    counts = properties?.spec !== undefined && properties.status !== undefined;
    generationCache.set(definition, counts);
  }
  return counts;
}

/** Grows metadata.generation when anything but metadata and status differs from `old`. */
export function countGeneration(definition: ResourceDefinition, object: UnknownObject, old: UnknownObject): void {
  if (!countsGeneration(definition)) return;
  const fields = new Set([...Object.keys(object), ...Object.keys(old)]);
  for (const field of fields) {
    if (!NOT_SPEC.has(field) && !deepEqual(object[field], old[field])) {
      object.metadata.generation = (old.metadata.generation ?? 0) + 1;
      return;
    }
  }
}

/** The schema's constant defaults, then those that depend on other fields. */
export function setDefaults(definition: ResourceDefinition, object: UnknownObject): void {
  applyDefaults(link(definition.schema, definition.definitions), object);
  definition.strategy.default?.(object);
}

/** Field errors of a new object. */
export function createErrors(definition: ResourceDefinition, object: UnknownObject): FieldError[] {
  return collectFieldErrors(() => findCreateErrors(definition, object));
}

function findCreateErrors(definition: ResourceDefinition, object: UnknownObject): FieldError[] {
  const { strategy } = definition;
  const errors = validateObjectMeta(object.metadata, {
    namespaced: definition.namespaced,
    ...(strategy.validateName === undefined ? {} : { validateName: strategy.validateName }),
    path: path('metadata'),
  });
  errors.push(...kindErrors(definition, object));
  errors.push(...(strategy.validateCreate?.(object) ?? []));
  return errors;
}

/** Field errors of a changed object. */
export function updateErrors(
  definition: ResourceDefinition,
  object: UnknownObject,
  old: UnknownObject,
  by: Through,
): FieldError[] {
  return collectFieldErrors(() => findUpdateErrors(definition, object, old, by));
}

function findUpdateErrors(
  definition: ResourceDefinition,
  object: UnknownObject,
  old: UnknownObject,
  by: Through,
): FieldError[] {
  const errors = validateObjectMetaUpdate(object.metadata, old.metadata);
  if (by?.by === 'part' && by.validate !== undefined) {
    errors.push(...by.validate(object, old));
    return errors;
  }
  errors.push(...kindErrors(definition, object));
  // Parts and actions change what a plain update may not; what they set is theirs to check.
  if (by === undefined || by.by === 'view') errors.push(...(definition.strategy.validateUpdate?.(object, old) ?? []));
  return errors;
}

/** A kind's own rules say all that its schema would, in upstream's words; types were checked by decoding. */
function kindErrors(definition: ResourceDefinition, object: UnknownObject): FieldError[] {
  const { strategy, schema, definitions } = definition;
  return strategy.validate === undefined
    ? validateSchema(link(schema, definitions), object)
    : strategy.validate(object);
}
