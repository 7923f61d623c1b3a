/** StatefulSets. */
import type { IStatefulSet } from 'kubernetes-models/apps/v1/StatefulSet';
import type { IStatefulSetSpec } from 'kubernetes-models/apps/v1/StatefulSetSpec';
import { semanticEqual } from '../../../meta/equal.ts';
import {
  type FieldError,
  type FieldPath,
  forbidden,
  invalid,
  notSupported,
  path,
  required,
} from '../../../meta/field-error.ts';
import { dns1123Label, nonNegative } from '../../core/validation/checks.ts';
import { collisionsNotDecremented } from './collision-count.ts';
import { notMoreThanAll, positiveIntOrPercent, valueOfIntOrPercent } from './rolling-update.ts';
import { validateSelectorAndTemplate } from './selector-and-template.ts';

type StatefulSetLike = Pick<IStatefulSet, 'spec' | 'status'>;

const AT = path('spec');

export function validateStatefulSet({ spec }: StatefulSetLike): FieldError[] {
  return [
    ...validateManagementPolicy(AT.child('podManagementPolicy'), spec?.podManagementPolicy),
    ...validateUpdateStrategy(AT.child('updateStrategy'), spec?.updateStrategy ?? {}),
    ...validateRetention(AT.child('persistentVolumeClaimRetentionPolicy'), spec?.persistentVolumeClaimRetentionPolicy),
    ...nonNegative(AT.child('replicas'), spec?.replicas),
    ...nonNegative(AT.child('minReadySeconds'), spec?.minReadySeconds),
    ...nonNegative(AT.child('revisionHistoryLimit'), spec?.revisionHistoryLimit),
    ...nonNegative(AT.child('ordinals.start'), spec?.ordinals?.start),
    ...validateSelectorAndTemplate(AT, spec?.selector, withClaims(spec), 'StatefulSet'),
  ];
}

/** The template as its pods will have it: each claim is a volume of its name, in the place of one that is there. */
function withClaims(spec: IStatefulSetSpec | undefined): IStatefulSetSpec['template'] | undefined {
  const { template, volumeClaimTemplates = [] } = spec ?? {};
  if (template?.spec === undefined || volumeClaimTemplates.length === 0) return template;
  const { volumes = [] } = template.spec;
  const names = new Set(volumes.map(({ name }) => name));
  const claims = volumeClaimTemplates
    .map(({ metadata }) => metadata?.name ?? '')
    .filter((name) => !names.has(name))
    .map((name) => ({ name, persistentVolumeClaim: { claimName: name } }));
  return { ...template, spec: { ...template.spec, volumes: [...volumes, ...claims] } };
}

/** Comes on top of {@link validateStatefulSet}: older objects may have a name that no Service can have. */
export function validateStatefulSetCreate({ spec }: StatefulSetLike): FieldError[] {
  return spec?.serviceName ? dns1123Label(AT.child('serviceName'), spec.serviceName) : [];
}

const MUTABLE = [
  'replicas',
  'ordinals',
  'template',
  'updateStrategy',
  'revisionHistoryLimit',
  'persistentVolumeClaimRetentionPolicy',
  'minReadySeconds',
] as const;
const LISTED = `${MUTABLE.slice(0, -1)
  .map((name) => `'${name}'`)
  .join(', ')} and 'minReadySeconds'`;

/** Comes on top of {@link validateStatefulSet}. */
export function validateStatefulSetUpdate({ spec }: StatefulSetLike, old: StatefulSetLike): FieldError[] {
  const fixed = (each: Partial<IStatefulSetSpec> = {}) => {
    const rest = { ...each };
    for (const name of MUTABLE) delete rest[name];
    return rest;
  };
  if (semanticEqual(fixed(spec), fixed(old.spec))) return [];
  return [forbidden(AT, `updates to statefulset spec for fields other than ${LISTED} are forbidden`)];
}

const COUNTS = ['replicas', 'readyReplicas', 'currentReplicas', 'updatedReplicas', 'availableReplicas'] as const;

export function validateStatefulSetStatusUpdate({ status }: StatefulSetLike, old: StatefulSetLike): FieldError[] {
  const at = path('status');
  const { replicas = 0, readyReplicas = 0, availableReplicas = 0 } = status ?? {};
  const errors = COUNTS.flatMap((name) => nonNegative(at.child(name), status?.[name]));
  errors.push(...nonNegative(at.child('observedGeneration'), status?.observedGeneration));
  errors.push(...nonNegative(at.child('collisionCount'), status?.collisionCount));
  for (const name of COUNTS.slice(1)) {
    const count = status?.[name] ?? 0;
    if (count > replicas) errors.push(invalid(at.child(name), count, 'cannot be greater than status.replicas'));
  }
  if (availableReplicas > readyReplicas) {
    const detail = 'cannot be greater than status.readyReplicas';
    errors.push(invalid(at.child('availableReplicas'), availableReplicas, detail));
  }
  return [...errors, ...collisionsNotDecremented(status?.collisionCount, old.status?.collisionCount)];
}

function validateManagementPolicy(at: FieldPath, policy: string | undefined): FieldError[] {
  if (!policy) return [required(at)];
  if (policy === 'OrderedReady' || policy === 'Parallel') return [];
  return [invalid(at, policy, "must be 'OrderedReady' or 'Parallel'")];
}

function validateUpdateStrategy(
  at: FieldPath,
  strategy: NonNullable<IStatefulSetSpec['updateStrategy']>,
): FieldError[] {
  const { type, rollingUpdate } = strategy;
  if (!type) return [required(at)];
  if (type === 'OnDelete') {
    if (rollingUpdate === undefined) return [];
    return [invalid(at.child('rollingUpdate'), rollingUpdate, "only allowed for updateStrategy 'RollingUpdate'")];
  }
  if (type !== 'RollingUpdate') return [invalid(at, strategy, "must be 'RollingUpdate' or 'OnDelete'")];
  if (rollingUpdate === undefined) return [];
  const { maxUnavailable, partition } = rollingUpdate;
  const rolling = at.child('rollingUpdate');
  const errors = nonNegative(rolling.child('partition'), partition);
  if (maxUnavailable === undefined) return errors;
  const unavailable = rolling.child('maxUnavailable');
  errors.push(...positiveIntOrPercent(unavailable, maxUnavailable), ...notMoreThanAll(unavailable, maxUnavailable));
  if (valueOfIntOrPercent(maxUnavailable) === 0) errors.push(invalid(unavailable, maxUnavailable, 'cannot be 0'));
  return errors;
}

function validateRetention(
  at: FieldPath,
  policy: IStatefulSetSpec['persistentVolumeClaimRetentionPolicy'],
): FieldError[] {
  if (policy === undefined) return [];
  return (['whenDeleted', 'whenScaled'] as const).flatMap((name) => {
    const value = policy[name];
    if (value === 'Retain' || value === 'Delete') return [];
    return [notSupported(at.child(name), value ?? '', ['Retain', 'Delete'])];
  });
}
