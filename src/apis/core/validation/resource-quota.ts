/** ResourceQuotas. */
import type { IResourceQuota } from 'kubernetes-models/v1/ResourceQuota';
import type { IResourceQuotaSpec } from 'kubernetes-models/v1/ResourceQuotaSpec';
import { semanticEqual } from '../../../meta/equal.ts';
import { type FieldError, type FieldPath, invalid, path, required } from '../../../meta/field-error.ts';
import { IMMUTABLE, optionalOneOf } from './checks.ts';
import { type ResourceList, validateQuotaResourceName, validateResourceQuantity } from './resources.ts';

type QuotaLike = Pick<IResourceQuota, 'spec' | 'status'>;

const SCOPES = [
  'BestEffort',
  'CrossNamespacePodAffinity',
  'NotBestEffort',
  'NotTerminating',
  'PriorityClass',
  'Terminating',
  'VolumeAttributesClass',
];
/** What pods that guarantee nothing can be counted by. */
const BEST_EFFORT_RESOURCES = new Set(['pods']);
const POD_RESOURCES = new Set([
  'pods',
  'cpu',
  'memory',
  'ephemeral-storage',
  'requests.cpu',
  'requests.memory',
  'requests.ephemeral-storage',
  'limits.cpu',
  'limits.memory',
  'limits.ephemeral-storage',
]);
const isPodResource = (name: string) =>
  POD_RESOURCES.has(name) || name.startsWith('requests.hugepages-') || name.startsWith('hugepages-');
const CONFLICTS = [
  ['BestEffort', 'NotBestEffort'],
  ['Terminating', 'NotTerminating'],
] as const;

export function validateResourceQuota({ spec = {} }: QuotaLike): FieldError[] {
  const at = path('spec');
  return [
    ...validateAmounts(at.child('hard'), spec.hard ?? {}),
    ...validateScopes(at, spec),
    ...validateSelector(at, spec),
  ];
}

/** Comes on top of {@link validateResourceQuota}. */
export function validateResourceQuotaUpdate({ spec }: QuotaLike, old: QuotaLike): FieldError[] {
  const sorted = (scopes: readonly string[] = []) => [...scopes].sort();
  if (semanticEqual(sorted(spec?.scopes), sorted(old.spec?.scopes))) return [];
  return [invalid(path('spec').child('scopes'), spec?.scopes, IMMUTABLE)];
}

export function validateResourceQuotaStatus({ status }: QuotaLike): FieldError[] {
  const at = path('status');
  return [
    ...validateAmounts(at.child('hard'), status?.hard ?? {}),
    ...validateAmounts(at.child('used'), status?.used ?? {}),
  ];
}

function validateAmounts(at: FieldPath, amounts: ResourceList): FieldError[] {
  return Object.entries(amounts).flatMap(([name, value]) => [
    ...validateQuotaResourceName(at.key(name), name),
    ...validateResourceQuantity(at.key(name), name, value),
  ]);
}

function validateScopes(at: FieldPath, { scopes = [], hard = {} }: IResourceQuotaSpec): FieldError[] {
  const inScopes = at.child('scopes');
  const errors: FieldError[] = [];
  for (const scope of scopes) {
    if (optionalOneOf(inScopes, scope, SCOPES).length > 0) {
      errors.push(invalid(inScopes, scope, 'unsupported scope'));
      continue;
    }
    if (scope === 'VolumeAttributesClass') continue;
    const applies = (name: string) => (scope === 'BestEffort' ? BEST_EFFORT_RESOURCES.has(name) : isPodResource(name));
    if (Object.keys(hard).some((name) => isPodResource(name) !== applies(name) || !isPodResource(name))) {
      errors.push(invalid(inScopes, scopes, 'unsupported scope applied to resource'));
    }
  }
  return [...errors, ...conflicts(inScopes, scopes)];
}

function conflicts(at: FieldPath, scopes: readonly string[]): FieldError[] {
  return CONFLICTS.filter((pair) => pair.every((scope) => scopes.includes(scope))).map(() =>
    invalid(at, scopes, 'conflicting scopes'),
  );
}

function validateSelector(at: FieldPath, { scopeSelector }: IResourceQuotaSpec): FieldError[] {
  if (scopeSelector === undefined) return [];
  const list = at.child('scopeSelector', 'matchExpressions');
  const expressions = scopeSelector.matchExpressions ?? [];
  const errors: FieldError[] = [];
  for (const { scopeName, operator, values = [] } of expressions) {
    const inName = list.child('scopeName');
    const inOperator = list.child('operator');
    if (!SCOPES.includes(scopeName)) errors.push(invalid(inName, scopeName, 'unsupported scope'));
    const mustExist = !['PriorityClass', 'VolumeAttributesClass'].includes(scopeName);
    if (mustExist && operator !== 'Exists') {
      const detail =
        "must be 'Exist' only operator when scope is any of ResourceQuotaScopeTerminating, ResourceQuotaScopeNotTerminating, ResourceQuotaScopeBestEffort, ResourceQuotaScopeNotBestEffort or ResourceQuotaScopeCrossNamespacePodAffinity";
      errors.push(invalid(inOperator, operator, detail));
    }
    if (operator === 'In' || operator === 'NotIn') {
      if (values.length === 0) {
        errors.push(
          required(
            list.child('values'),
            "must be at least one value when `operator` is 'In' or 'NotIn' for scope selector",
          ),
        );
      }
    } else if (operator === 'Exists' || operator === 'DoesNotExist') {
      if (values.length > 0) {
        const detail = "must be no value when `operator` is 'Exist' or 'DoesNotExist' for scope selector";
        errors.push(invalid(list.child('values'), values, detail));
      }
    } else errors.push(invalid(inOperator, operator, 'not a valid selector operator'));
  }
  return [
    ...errors,
    ...conflicts(
      list,
      expressions.map(({ scopeName }) => scopeName),
    ),
  ];
}
