import type { IVolumeAttachment } from 'kubernetes-models/storage.k8s.io/v1/VolumeAttachment';
import { semanticEqual } from '../../meta/equal.ts';
import { type FieldError, invalid, path, required } from '../../meta/field-error.ts';
import { builtIn, type Stored } from '../built-in.ts';
import { age, described } from '../columns.ts';
import { IMMUTABLE, present } from '../core/validation/checks.ts';
import { validateProvisioner } from './validation/storage-class.ts';

export type VolumeAttachment = Stored<IVolumeAttachment>;

const SPEC = 'io.k8s.api.storage.v1.VolumeAttachmentSpec';
const AT = path('spec');

function validate({ spec }: VolumeAttachment): FieldError[] {
  const errors = validateProvisioner(AT.child('attacher'), spec?.attacher);
  const { inlineVolumeSpec, persistentVolumeName } = spec?.source ?? {};
  const source = AT.child('source');
  if (inlineVolumeSpec === undefined && persistentVolumeName === undefined) {
    errors.push(required(source, 'must specify exactly one of inlineVolumeSpec and persistentVolumeName'));
  } else if (inlineVolumeSpec !== undefined && persistentVolumeName !== undefined) {
    errors.push(invalid(source, 'source', 'must specify exactly one of inlineVolumeSpec and persistentVolumeName'));
  } else if (persistentVolumeName === '') {
    errors.push(required(source.child('persistentVolumeName'), 'must specify non empty persistentVolumeName'));
  }
  return [...errors, ...present(AT.child('nodeName'), spec?.nodeName)];
}

export const volumeAttachments = builtIn<VolumeAttachment>('io.k8s.api.storage.v1.VolumeAttachment', {
  resource: 'volumeattachments',
  singular: 'volumeattachment',
  namespaced: false,
  status: true,
  strategy: {
    generation: false,
    validate,
    validateUpdate: ({ spec }, old) => (semanticEqual(spec, old.spec) ? [] : [invalid(AT, spec, IMMUTABLE)]),
    validateStatusUpdate: () => [],
  },
  columns: [
    { name: 'Attacher', type: 'string', description: described(SPEC, 'attacher'), cell: ({ spec }) => spec.attacher },
    {
      name: 'PV',
      type: 'string',
      description: described('io.k8s.api.storage.v1.VolumeAttachmentSource', 'persistentVolumeName'),
      cell: ({ spec }) => spec.source?.persistentVolumeName ?? '',
    },
    { name: 'Node', type: 'string', description: described(SPEC, 'nodeName'), cell: ({ spec }) => spec.nodeName },
    {
      name: 'Attached',
      type: 'boolean',
      description: described('io.k8s.api.storage.v1.VolumeAttachmentStatus', 'attached'),
      cell: ({ status }) => status?.attached ?? false,
    },
    age,
  ],
});
