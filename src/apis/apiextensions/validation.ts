/** Rules of CustomResourceDefinitions (upstream: apiextensions/validation), without those of CEL. */
import { deepEqual } from '../../meta/equal.ts';
import {
  duplicate,
  type FieldError,
  type FieldPath,
  invalid,
  notSupported,
  path,
  required,
} from '../../meta/field-error.ts';
import { JsonPathError, jsonPath } from '../../meta/json-path.ts';
import { validateDns1035Label, validateDns1123Subdomain } from '../../meta/names.ts';
import { own } from '../../meta/own.ts';
import { validateStructure } from './structural.ts';
import { type CustomResourceDefinition, type CustomResourceVersion, isEstablished } from './types.ts';

const APPROVED = 'api-approved.kubernetes.io';
const SCOPES = ['Cluster', 'Namespaced'];
const COLUMN_TYPES = ['boolean', 'date', 'integer', 'number', 'string'];

export function validateDefinition(object: CustomResourceDefinition): FieldError[] {
  const errors: FieldError[] = [];
  const { spec, metadata } = object;
  const at = path('spec');
  if (spec === undefined) return [required(at)];
  const { names } = spec;
  if (names === undefined) return [required(at.child('names'))];
  if (metadata.name !== `${names.plural}.${spec.group}`) {
    errors.push(invalid('metadata.name', metadata.name, `must be spec.names.plural+"."+spec.group`));
  }
  errors.push(...validateGroup(object, at.child('group')));
  if (!SCOPES.includes(spec.scope)) {
    errors.push(spec.scope ? notSupported(at.child('scope'), spec.scope, SCOPES) : required(at.child('scope')));
  }
  if (spec.preserveUnknownFields === true) {
    const why =
      'cannot set to true, set x-kubernetes-preserve-unknown-fields to true in spec.versions[*].schema instead';
    errors.push(invalid(at.child('preserveUnknownFields'), true, why));
  }
  errors.push(...validateNames(names, at.child('names')));
  errors.push(...validateVersions(spec.versions ?? [], at.child('versions')));
  if (spec.conversion?.strategy === 'Webhook' && spec.conversion.webhook === undefined) {
    errors.push(
      required(at.child('conversion').child('webhookClientConfig'), 'required when strategy is set to Webhook'),
    );
  }
  return errors;
}

function validateGroup({ spec, metadata }: CustomResourceDefinition, at: FieldPath): FieldError[] {
  const { group } = spec;
  if (!group) return [required(at)];
  const errors = validateDns1123Subdomain(group).map((why) => invalid(at, group, why));
  if (errors.length === 0 && !group.includes('.'))
    errors.push(invalid(at, group, 'should be a domain with at least one dot'));
  const isProtected = /(^|\.)(k8s|kubernetes)\.io$/.test(group);
  const approval = own(metadata.annotations, APPROVED);
  if (isProtected && !approval) {
    const why = `protected groups must have approval annotation "${APPROVED}", see https://github.com/kubernetes/enhancements/pull/1111`;
    errors.push(required(`metadata.annotations[${APPROVED}]`, why));
  }
  return errors;
}

function validateNames(names: CustomResourceDefinition['spec']['names'], at: FieldPath): FieldError[] {
  const errors: FieldError[] = [];
  for (const field of ['plural', 'singular', 'kind', 'listKind'] as const) {
    const name = names[field] ?? '';
    if (name === '') {
      errors.push(required(at.child(field)));
      continue;
    }
    for (const why of validateDns1035Label(name.toLowerCase())) {
      errors.push(invalid(at.child(field), name, `may have mixed case, but should otherwise match: ${why}`));
    }
    if ((field === 'plural' || field === 'singular') && name !== name.toLowerCase()) {
      errors.push(invalid(at.child(field), name, 'must be lower case'));
    }
  }
  for (const field of ['shortNames', 'categories'] as const) {
    for (const [index, name] of (names[field] ?? []).entries()) {
      for (const why of validateDns1035Label(name)) errors.push(invalid(at.child(field).index(index), name, why));
    }
  }
  if (names.kind !== '' && names.kind === names.listKind) {
    errors.push(invalid(at.child('listKind'), names.listKind, 'kind and listKind may not be the same'));
  }
  return errors;
}

function validateVersions(versions: readonly CustomResourceVersion[], at: FieldPath): FieldError[] {
  const errors: FieldError[] = [];
  const seen = new Set<string>();
  for (const [index, version] of versions.entries()) {
    const field = at.index(index);
    for (const why of validateDns1035Label(version.name)) errors.push(invalid(field.child('name'), version.name, why));
    if (seen.has(version.name)) errors.push(duplicate(field.child('name'), version.name));
    seen.add(version.name);
    errors.push(...validateVersion(version, field));
  }
  if (versions.length === 0 || versions.filter(({ storage }) => storage).length !== 1) {
    errors.push(
      invalid(
        at,
        versions.map(({ name }) => name),
        'must have exactly one version marked as storage version',
      ),
    );
  }
  return errors;
}

function validateVersion(version: CustomResourceVersion, at: FieldPath): FieldError[] {
  const errors: FieldError[] = [];
  const schema = version.schema?.openAPIV3Schema;
  const schemaAt = at.child('schema').child('openAPIV3Schema');
  if (schema === undefined) errors.push(required(schemaAt, 'schemas are required'));
  else errors.push(...validateStructure(schema, schemaAt));
  for (const [index, column] of (version.additionalPrinterColumns ?? []).entries()) {
    const field = at.child('additionalPrinterColumns').index(index);
    if (column.name === '') errors.push(required(field.child('name')));
    if (!COLUMN_TYPES.includes(column.type)) errors.push(notSupported(field.child('type'), column.type, COLUMN_TYPES));
    errors.push(...validatePath(column.jsonPath, field.child('jsonPath')));
  }
  const { scale } = version.subresources ?? {};
  const scaleAt = at.child('subresources').child('scale');
  if (scale !== undefined) {
    for (const [name, root] of [
      ['specReplicasPath', '.spec.'],
      ['statusReplicasPath', '.status.'],
    ] as const) {
      const text = scale[name];
      if (!text) errors.push(required(scaleAt.child(name)));
      else if (!text.startsWith(root)) {
        errors.push(invalid(scaleAt.child(name), text, `should be a json path under ${root.slice(0, -1)}`));
      }
    }
  }
  for (const [index, { jsonPath: text }] of (version.selectableFields ?? []).entries()) {
    errors.push(...validatePath(text, at.child('selectableFields').index(index).child('jsonPath')));
  }
  return errors;
}

function validatePath(text: string, at: FieldPath): FieldError[] {
  if (!text) return [required(at)];
  try {
    jsonPath(text);
    return [];
  } catch (error) {
    if (!(error instanceof JsonPathError)) throw error;
    return [invalid(at, text, error.message)];
  }
}

export function validateDefinitionUpdate(
  object: CustomResourceDefinition,
  old: CustomResourceDefinition,
): FieldError[] {
  const errors: FieldError[] = [];
  const at = path('spec');
  const same = (field: FieldPath, value: unknown, before: unknown) => {
    if (!deepEqual(value, before)) errors.push(invalid(field, value, 'field is immutable'));
  };
  same(at.child('group'), object.spec.group, old.spec.group);
  same(at.child('names').child('plural'), object.spec.names.plural, old.spec.names.plural);
  if (isEstablished(old)) {
    same(at.child('scope'), object.spec.scope, old.spec.scope);
    same(at.child('names').child('kind'), object.spec.names.kind, old.spec.names.kind);
  }
  const left = new Set(object.spec.versions.map(({ name }) => name));
  for (const [index, version] of (old.status?.storedVersions ?? []).entries()) {
    if (left.has(version)) continue;
    const why = 'missing from spec.versions; must be in spec.versions while it is in status.storedVersions';
    errors.push(invalid(path('status').child('storedVersions').index(index), version, why));
  }
  return errors;
}
