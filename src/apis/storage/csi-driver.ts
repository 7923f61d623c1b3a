import type { ICSIDriver } from 'kubernetes-models/storage.k8s.io/v1/CSIDriver';
import type { ICSIDriverSpec } from 'kubernetes-models/storage.k8s.io/v1/CSIDriverSpec';
import { semanticEqual } from '../../meta/equal.ts';
import { duplicate, type FieldError, invalid, path } from '../../meta/field-error.ts';
import { builtIn, type Column, type Stored } from '../built-in.ts';
import { age, described } from '../columns.ts';
import { IMMUTABLE, inRange, optionalOneOf } from '../core/validation/checks.ts';

export type CSIDriver = Stored<ICSIDriver>;

const SPEC = 'io.k8s.api.storage.v1.CSIDriverSpec';
const AT = path('spec');
const MIN_TOKEN_SECONDS = 600;
const MAX_TOKEN_SECONDS = 2 ** 32;

function flag(name: string, field: 'attachRequired' | 'podInfoOnMount' | 'storageCapacity' | 'requiresRepublish') {
  return {
    name,
    type: 'boolean',
    description: described(SPEC, field),
    cell: ({ spec }) => spec?.[field] ?? false,
  } as Column<CSIDriver>;
}

function validate({ spec }: CSIDriver): FieldError[] {
  const errors = optionalOneOf(AT.child('fsGroupPolicy'), spec?.fsGroupPolicy, [
    'File',
    'None',
    'ReadWriteOnceWithFSType',
  ]);
  for (const [index, mode] of (spec?.volumeLifecycleModes ?? []).entries()) {
    errors.push(...optionalOneOf(AT.child('volumeLifecycleModes').index(index), mode, ['Ephemeral', 'Persistent']));
  }
  const audiences = new Set<string>();
  for (const [index, { audience, expirationSeconds }] of (spec?.tokenRequests ?? []).entries()) {
    const entry = AT.child('tokenRequests').index(index);
    if (audiences.has(audience)) errors.push(duplicate(entry.child('audience'), audience));
    audiences.add(audience);
    errors.push(...inRange(entry.child('expirationSeconds'), expirationSeconds, MIN_TOKEN_SECONDS, MAX_TOKEN_SECONDS));
  }
  return errors;
}

function validateUpdate(now: CSIDriver, old: CSIDriver): FieldError[] {
  return (['attachRequired', 'volumeLifecycleModes'] as const satisfies readonly (keyof ICSIDriverSpec)[])
    .filter((name) => !semanticEqual(now.spec?.[name], old.spec?.[name]))
    .map((name) => invalid(AT.child(name), now.spec?.[name], IMMUTABLE));
}

export const csiDrivers = builtIn<CSIDriver>('io.k8s.api.storage.v1.CSIDriver', {
  resource: 'csidrivers',
  singular: 'csidriver',
  namespaced: false,
  strategy: {
    default({ spec }) {
      if (spec !== undefined && (spec.volumeLifecycleModes ?? []).length === 0)
        spec.volumeLifecycleModes = ['Persistent'];
    },
    validate,
    validateUpdate,
  },
  columns: [
    flag('AttachRequired', 'attachRequired'),
    flag('PodInfoOnMount', 'podInfoOnMount'),
    flag('StorageCapacity', 'storageCapacity'),
    {
      name: 'TokenRequests',
      type: 'string',
      description: described(SPEC, 'tokenRequests'),
      cell: ({ spec }) => (spec?.tokenRequests ?? []).map(({ audience }) => audience).join(',') || '<unset>',
    },
    flag('RequiresRepublish', 'requiresRepublish'),
    {
      name: 'Modes',
      type: 'string',
      description: described(SPEC, 'volumeLifecycleModes'),
      cell: ({ spec }) => (spec?.volumeLifecycleModes ?? []).join(',') || '<none>',
    },
    age,
  ],
});
