/** Metadata and status rules that every kind shares (upstream's rest.BeforeCreate and rest.BeforeUpdate). */

import { deepEqual } from '../../meta/equal.ts';
import { collectFieldErrors, type FieldError, path } from '../../meta/field-error.ts';
import { timestamp, type UnknownObject } from '../../meta/object.ts';
import { validateObjectMeta, validateObjectMetaUpdate } from '../../meta/object-meta.ts';
import { applyDefaults } from '../../meta/schema/defaulting.ts';
import { link } from '../../meta/schema/link.ts';
import { validateSchema } from '../../meta/schema/validate.ts';
import { StatusError } from '../../meta/status-error.ts';
import { type Scope, subjectOf } from './context.ts';
import type { ResourceDefinition } from './contract.ts';
import { generateName } from './names.ts';

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

/** What clients may not choose on creation. */
export function prepareMetadataForCreate(scope: Scope, object: UnknownObject, now: Date): void {
  matchNamespace(scope, object);
  const { metadata } = object;
  delete metadata.resourceVersion;
  delete metadata.deletionTimestamp;
  delete metadata.deletionGracePeriodSeconds;
  delete metadata.selfLink;
  delete metadata.managedFields;
  delete metadata.generation;
  metadata.uid = crypto.randomUUID();
  metadata.creationTimestamp = timestamp(now);
  if (!metadata.name && metadata.generateName) metadata.name = generateName(metadata.generateName);
  if (countsGeneration(scope.definition)) metadata.generation = 1;
}

/** What an update keeps of the stored object whatever the client sends. `subresource` '' is the object itself. */
export function prepareMetadataForUpdate(
  scope: Scope,
  object: UnknownObject,
  old: UnknownObject,
  subresource: string,
): void {
  matchNamespace(scope, object);
  const { metadata } = object;
  const stored = old.metadata;
  if (metadata.uid && metadata.uid !== stored.uid) {
    throw StatusError.conflict(
      subjectOf(scope.definition),
      stored.name ?? '',
      `Precondition failed: UID in precondition: ${metadata.uid}, UID in object meta: ${stored.uid ?? ''}`,
    );
  }
  keep(metadata, stored, 'uid');
  // Whether the caller saw this version was settled before.
  keep(metadata, stored, 'resourceVersion');
  if (!metadata.creationTimestamp) keep(metadata, stored, 'creationTimestamp');
  keep(metadata, stored, 'generation');
  if (stored.deletionTimestamp !== undefined) keep(metadata, stored, 'deletionTimestamp');
  if (metadata.deletionGracePeriodSeconds === undefined) keep(metadata, stored, 'deletionGracePeriodSeconds');
  delete metadata.selfLink;
  delete metadata.managedFields;

  if (subresource === 'status') {
    keep(metadata, stored, 'ownerReferences');
    for (const field of Object.keys(object)) {
      if (!NOT_SPEC.has(field) && !Object.hasOwn(old, field)) delete object[field];
    }
    for (const [field, value] of Object.entries(old)) if (!NOT_SPEC.has(field)) object[field] = value;
  } else if (subresource === '' && scope.definition.status === true) {
    if (old.status === undefined) delete object.status;
    else object.status = old.status;
  }
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
  subresource: string,
): FieldError[] {
  return collectFieldErrors(() => findUpdateErrors(definition, object, old, subresource));
}

function findUpdateErrors(
  definition: ResourceDefinition,
  object: UnknownObject,
  old: UnknownObject,
  subresource: string,
): FieldError[] {
  const { strategy } = definition;
  const errors = validateObjectMetaUpdate(object.metadata, old.metadata);
  if (subresource === 'status' && strategy.validateStatusUpdate !== undefined) {
    // Only status changed: what is wrong with an old spec must not keep its status from being reported.
    errors.push(...strategy.validateStatusUpdate(object, old));
    return errors;
  }
  errors.push(...kindErrors(definition, object));
  if (changesSpec(subresource)) errors.push(...(strategy.validateUpdate?.(object, old) ?? []));
  return errors;
}

/** A kind's own rules say all that its schema would, in upstream's words; types were checked by decoding. */
function kindErrors(definition: ResourceDefinition, object: UnknownObject): FieldError[] {
  const { strategy, schema, definitions } = definition;
  return strategy.validate === undefined
    ? validateSchema(link(schema, definitions), object)
    : strategy.validate(object);
}

/** Binding and finalize change what a plain update may not; what they set is theirs to check. */
export function changesSpec(subresource: string): boolean {
  return subresource === '' || subresource === 'scale';
}
