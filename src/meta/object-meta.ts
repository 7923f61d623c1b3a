/** Validation of ObjectMeta, the same for every kind (k8s.io/apimachinery/pkg/api/validation/objectmeta.go). */
import { clip } from './clip.ts';
import { deepEqual } from './equal.ts';
import {
  type FieldError,
  type FieldPath,
  forbidden,
  invalid,
  notSupported,
  path as pathOf,
  required,
  tooLong,
} from './field-error.ts';
import { byteLength, nameIsDnsLabel, nameIsDnsSubdomain, validateLabelKey, validateLabelValue } from './names.ts';
import type { ManagedFieldsEntry, ObjectMeta, OwnerReference } from './object.ts';

const MAX_ANNOTATIONS_BYTES = 256 * 1024;
const MAX_FIELD_MANAGER_BYTES = 128;
const MAX_SUBRESOURCE_BYTES = 256;
const ORPHAN = 'orphan';
const FOREGROUND = 'foregroundDeletion';

/** Metadata on creation, after name generation. `path` is by default `metadata`. */
export function validateObjectMeta(
  meta: ObjectMeta,
  options: {
    namespaced: boolean;
    /** Default: a DNS subdomain. */
    validateName?: (name: string, isPrefix: boolean) => string[];
    path?: FieldPath;
  },
): FieldError[] {
  const { namespaced, validateName = nameIsDnsSubdomain, path = pathOf('metadata') } = options;
  const errors: FieldError[] = [];
  const { name, generateName, namespace } = meta;
  if (generateName) {
    const at = path.child('generateName');
    errors.push(...validateName(generateName, true).map((message) => invalid(at, generateName, message)));
  }
  if (!name) errors.push(required(path.child('name'), 'name or generateName is required'));
  else errors.push(...validateName(name, false).map((message) => invalid(path.child('name'), name, message)));
  if (namespaced && !namespace) errors.push(required(path.child('namespace')));
  else if (namespaced && namespace) {
    const at = path.child('namespace');
    errors.push(...nameIsDnsLabel(namespace, false).map((message) => invalid(at, namespace, message)));
  } else if (namespace) {
    errors.push(forbidden(path.child('namespace'), 'not allowed on this type'));
  }
  errors.push(...validateCommon(meta, path));
  errors.push(...validateFinalizers(meta.finalizers ?? [], path.child('finalizers')));
  return errors;
}

/** Metadata on update: what may not change, and the rules for labels, annotations and owners again. */
export function validateObjectMetaUpdate(
  meta: ObjectMeta,
  old: ObjectMeta,
  path: FieldPath = pathOf('metadata'),
): FieldError[] {
  const errors: FieldError[] = [];
  if (old.deletionTimestamp) {
    errors.push(...validateNoNewFinalizers(meta.finalizers ?? [], old.finalizers ?? [], path.child('finalizers')));
  }
  if (!meta.resourceVersion) {
    errors.push(invalid(path.child('resourceVersion'), meta.resourceVersion ?? '', 'must be specified for an update'));
  }
  if ((meta.generation ?? 0) < (old.generation ?? 0)) {
    errors.push(invalid(path.child('generation'), meta.generation ?? 0, 'must not be decremented'));
  }
  for (const field of ['name', 'namespace', 'uid'] as const) {
    errors.push(...validateImmutable(meta[field] ?? '', old[field] ?? '', path.child(field)));
  }
  for (const field of ['creationTimestamp', 'deletionTimestamp', 'deletionGracePeriodSeconds'] as const) {
    errors.push(...validateImmutable(meta[field] ?? null, old[field] ?? null, path.child(field)));
  }
  return [...errors, ...validateCommon(meta, path)];
}

/** `field is immutable` unless both are equal. */
export function validateImmutable(value: unknown, old: unknown, path: FieldPath): FieldError[] {
  return deepEqual(value, old) ? [] : [invalid(path, value, 'field is immutable')];
}

/** Also the rule for matchLabels, pod template labels and the like. */
export function validateLabels(labels: Readonly<Record<string, string>>, path: FieldPath): FieldError[] {
  return Object.entries(labels).flatMap(([key, value]) => [
    ...validateLabelKey(key).map((message) => invalid(path, key, message)),
    ...validateLabelValue(value).map((message) => invalid(path, value, message)),
  ]);
}

export function validateAnnotations(annotations: Readonly<Record<string, string>>, path: FieldPath): FieldError[] {
  const errors: FieldError[] = [];
  let bytes = 0;
  for (const [key, value] of Object.entries(annotations)) {
    bytes += byteLength(key) + byteLength(value);
    errors.push(...validateLabelKey(key.toLowerCase()).map((message) => invalid(path, key, message)));
  }
  if (bytes > MAX_ANNOTATIONS_BYTES) errors.push(tooLong(path, MAX_ANNOTATIONS_BYTES));
  return errors;
}

export function validateFinalizerName(name: string, path: FieldPath): FieldError[] {
  return validateLabelKey(name).map((message) => invalid(path, name, message));
}

function validateFinalizers(finalizers: readonly string[], path: FieldPath): FieldError[] {
  const errors = finalizers.flatMap((name) => validateFinalizerName(name, path));
  if (finalizers.includes(ORPHAN) && finalizers.includes(FOREGROUND)) {
    errors.push(invalid(path, finalizers, `finalizer ${ORPHAN} and ${FOREGROUND} cannot be both set`));
  }
  return errors;
}

function validateNoNewFinalizers(finalizers: readonly string[], old: readonly string[], path: FieldPath): FieldError[] {
  const known = new Set(old);
  const added = [...new Set(finalizers)].filter((name) => !known.has(name)).sort();
  if (added.length === 0) return [];
  const shown = `[]string{${clip(added.map((name) => JSON.stringify(name)).join(', '))}}`;
  return [
    forbidden(path, `no new finalizers can be added if the object is being deleted, found new finalizers ${shown}`),
  ];
}

function validateOwnerReference(reference: OwnerReference, path: FieldPath): FieldError[] {
  const errors: FieldError[] = [];
  if (!reference.apiVersion) errors.push(required(path.child('apiVersion'), 'must not be empty'));
  else if (!/^([^/]*\/)?[^/]+$/.test(reference.apiVersion)) {
    errors.push(invalid(path.child('apiVersion'), reference.apiVersion, 'must be <group>/<version> or <version>'));
  }
  for (const field of ['kind', 'name', 'uid'] as const) {
    if (!reference[field]) errors.push(required(path.child(field), 'must not be empty'));
  }
  if (reference.apiVersion === 'v1' && reference.kind === 'Event') {
    errors.push(invalid(path, reference, '/v1, Kind=Event is disallowed from being an owner'));
  }
  return errors;
}

function validateOwnerReferences(references: readonly OwnerReference[], path: FieldPath): FieldError[] {
  const errors: FieldError[] = [];
  let controller: string | undefined;
  references.forEach((reference, index) => {
    errors.push(...validateOwnerReference(reference, path.index(index)));
    if (reference.controller !== true) return;
    const name = `${reference.kind}/${reference.name}`;
    if (controller === undefined) {
      controller = name;
      return;
    }
    errors.push(
      invalid(
        path,
        references,
        `Only one reference can have Controller set to true. Found "true" in references for ${controller} and ${name}`,
      ),
    );
  });
  return errors;
}

/** The rule for the fieldManager parameter and managedFields[].manager. */
export function validateFieldManager(manager: string, path: FieldPath): FieldError[] {
  const errors: FieldError[] = [];
  if (byteLength(manager) > MAX_FIELD_MANAGER_BYTES) errors.push(tooLong(path, MAX_FIELD_MANAGER_BYTES));
  let position = 0;
  for (const character of manager) {
    if (!/^[\p{L}\p{M}\p{N}\p{P}\p{S} ]$/u.test(character)) {
      const code = character.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0');
      errors.push(invalid(path, manager, `invalid character U+${code} (at position ${position})`));
    }
    position += byteLength(character);
  }
  return errors;
}

/** Whether an entry is as this program writes them; looked at for each entry of each write. */
function isOrdinary({ operation, fieldsType, manager = '', subresource = '' }: ManagedFieldsEntry): boolean {
  return (
    (operation === 'Update' || operation === 'Apply') &&
    fieldsType === 'FieldsV1' &&
    ORDINARY.test(manager) &&
    ORDINARY.test(subresource)
  );
}

const ORDINARY = /^[ -~]{0,128}$/;

function validateManagedFields(entries: readonly ManagedFieldsEntry[], path: FieldPath): FieldError[] {
  return entries.flatMap((entry, index) => {
    if (isOrdinary(entry)) return [];
    const at = path.index(index);
    const errors: FieldError[] = [];
    if (!entry.operation) errors.push(required(at.child('operation'), 'must not be empty'));
    else if (entry.operation !== 'Apply' && entry.operation !== 'Update') {
      errors.push(notSupported(at.child('operation'), entry.operation, ['Apply', 'Update']));
    }
    if (entry.fieldsType && entry.fieldsType !== 'FieldsV1') {
      errors.push(invalid(at.child('fieldsType'), entry.fieldsType, 'must be `FieldsV1`'));
    }
    errors.push(...validateFieldManager(entry.manager ?? '', at.child('manager')));
    if (byteLength(entry.subresource ?? '') > MAX_SUBRESOURCE_BYTES) {
      errors.push(tooLong(at.child('subresource'), MAX_SUBRESOURCE_BYTES));
    }
    return errors;
  });
}

function validateCommon(meta: ObjectMeta, path: FieldPath): FieldError[] {
  const errors: FieldError[] = [];
  if ((meta.generation ?? 0) < 0) {
    errors.push(invalid(path.child('generation'), meta.generation, 'must be greater than or equal to 0'));
  }
  errors.push(...validateLabels(meta.labels ?? {}, path.child('labels')));
  errors.push(...validateAnnotations(meta.annotations ?? {}, path.child('annotations')));
  errors.push(...validateOwnerReferences(meta.ownerReferences ?? [], path.child('ownerReferences')));
  errors.push(...validateManagedFields(meta.managedFields ?? [], path.child('managedFields')));
  return errors;
}
