/** The claim templates of generic ephemeral volumes. */
import type { IPersistentVolumeClaimSpec } from 'kubernetes-models/v1/PersistentVolumeClaimSpec';
import type { IPersistentVolumeClaimTemplate } from 'kubernetes-models/v1/PersistentVolumeClaimTemplate';
import { type FieldError, type FieldPath, forbidden, invalid, required } from '../../../meta/field-error.ts';
import { validateLabelSelector } from '../../../meta/label-selector-validation.ts';
import { nameIsDnsLabel } from '../../../meta/names.ts';
import { validateAnnotations, validateLabels } from '../../../meta/object-meta.ts';
import { dns1123Subdomain, invalidEach, optionalOneOf, present } from './checks.ts';
import { validatePositiveQuantity } from './resources.ts';

export const ACCESS_MODES = ['ReadOnlyMany', 'ReadWriteMany', 'ReadWriteOnce', 'ReadWriteOncePod'];

/** Only labels and annotations of the metadata are used, so nothing else may be set there. */
export function validateClaimTemplate(at: FieldPath, template: IPersistentVolumeClaimTemplate): FieldError[] {
  const metadata = at.child('metadata');
  const { labels = {}, annotations = {}, ...others } = template.metadata ?? {};
  return [
    ...validateAnnotations(annotations, metadata.child('annotations')),
    ...validateLabels(labels, metadata.child('labels')),
    ...Object.entries(others)
      .filter(([, value]) => value !== undefined && value !== null && value !== '')
      .map(([name]) => forbidden(metadata.child(name), 'cannot be set')),
    ...validateClaimSpec(at.child('spec'), template.spec ?? {}),
  ];
}

/** Upstream's ValidatePersistentVolumeClaimSpec. */
export function validateClaimSpec(at: FieldPath, spec: IPersistentVolumeClaimSpec): FieldError[] {
  const { accessModes = [], resources, storageClassName, volumeAttributesClassName } = spec;
  const errors: FieldError[] = [];
  const modes = at.child('accessModes');
  if (accessModes.length === 0) errors.push(required(modes, 'at least 1 access mode is required'));
  errors.push(...validateLabelSelector(spec.selector, at.child('selector')));
  errors.push(...accessModes.flatMap((mode) => optionalOneOf(modes, mode, ACCESS_MODES)));
  const known = accessModes.filter((mode) => ACCESS_MODES.includes(mode));
  if (known.includes('ReadWriteOncePod') && known.some((mode) => mode !== 'ReadWriteOncePod')) {
    errors.push(forbidden(modes, 'may not use ReadWriteOncePod with other access modes'));
  }
  const storage = resources?.requests?.storage;
  const storagePath = at.child('resources').key('storage');
  errors.push(...(storage === undefined ? [required(storagePath)] : validatePositiveQuantity(storagePath, storage)));
  if (storageClassName) errors.push(...dns1123Subdomain(at.child('storageClassName'), storageClassName));
  errors.push(...optionalOneOf(at.child('volumeMode'), spec.volumeMode, ['Block', 'Filesystem']));
  errors.push(...validateDataSources(at, spec));
  if (volumeAttributesClassName) {
    errors.push(...dns1123Subdomain(at.child('volumeAttributesClassName'), volumeAttributesClassName));
  }
  return errors;
}

function validateDataSources(at: FieldPath, { dataSource, dataSourceRef }: IPersistentVolumeClaimSpec): FieldError[] {
  const errors: FieldError[] = [];
  if (dataSource) errors.push(...validateDataSource(at.child('dataSource'), dataSource));
  if (dataSourceRef) {
    const { namespace } = dataSourceRef;
    errors.push(...validateDataSource(at.child('dataSourceRef'), dataSourceRef));
    if (namespace) {
      const path = at.child('dataSourceRef', 'namespace');
      errors.push(...invalidEach(path, namespace, () => nameIsDnsLabel(namespace, false)));
    }
  }
  if (!dataSource || !dataSourceRef) return errors;
  const shown = at.child('dataSource').text;
  if (dataSourceRef.namespace) {
    errors.push(invalid(at, shown, 'may not be specified when dataSourceRef.namespace is specified'));
  } else if ((['apiGroup', 'kind', 'name'] as const).some((name) => dataSource[name] !== dataSourceRef[name])) {
    errors.push(invalid(at, shown, 'must match dataSourceRef'));
  }
  return errors;
}

function validateDataSource(
  at: FieldPath,
  { apiGroup, kind, name }: { apiGroup?: string; kind: string; name: string },
): FieldError[] {
  const errors = [...present(at.child('name'), name), ...present(at.child('kind'), kind)];
  if (apiGroup) return [...errors, ...dns1123Subdomain(at.child('apiGroup'), apiGroup)];
  if (kind !== 'PersistentVolumeClaim') {
    errors.push(invalid(at, kind, "must be 'PersistentVolumeClaim' when referencing the default apiGroup"));
  }
  return errors;
}
