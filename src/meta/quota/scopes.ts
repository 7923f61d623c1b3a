/** Which objects a quota is about, beside their kind. Upstream: pkg/quota/v1/evaluator/core, podMatchesScopeFunc. */
import type { IPersistentVolumeClaim } from 'kubernetes-models/v1/PersistentVolumeClaim';
import type { IPod } from 'kubernetes-models/v1/Pod';
import type { IResourceQuotaSpec } from 'kubernetes-models/v1/ResourceQuotaSpec';
import type { UnknownObject } from '../object.ts';

type Requirement = NonNullable<NonNullable<IResourceQuotaSpec['scopeSelector']>['matchExpressions']>[number];

/** `resource` as stored. What has no scopes is of no quota that has some. */
export function inScopes(spec: IResourceQuotaSpec | undefined, resource: string, object: UnknownObject): boolean {
  return requirements(spec).every((each) => matches(each, resource, object));
}

function requirements(spec: IResourceQuotaSpec | undefined): Requirement[] {
  const listed = (spec?.scopes ?? []).map((scopeName) => ({ scopeName, operator: 'Exists' as const }));
  return [...listed, ...(spec?.scopeSelector?.matchExpressions ?? [])];
}

function matches(requirement: Requirement, resource: string, object: UnknownObject): boolean {
  if (resource === 'pods') return podMatches(requirement, object as IPod);
  if (resource !== 'persistentvolumeclaims' || requirement.scopeName !== 'VolumeAttributesClass') return false;
  const { spec, status } = object as IPersistentVolumeClaim;
  const classes = [spec?.volumeAttributesClassName, status?.currentVolumeAttributesClassName];
  return nameMatches(requirement, classes.find((name) => name) ?? '');
}

function podMatches(requirement: Requirement, { spec, status }: IPod): boolean {
  switch (requirement.scopeName) {
    case 'Terminating':
      return spec?.activeDeadlineSeconds !== undefined;
    case 'NotTerminating':
      return spec?.activeDeadlineSeconds === undefined;
    case 'BestEffort':
      return status?.qosClass === 'BestEffort';
    case 'NotBestEffort':
      return status?.qosClass !== 'BestEffort';
    case 'PriorityClass':
      return nameMatches(requirement, spec?.priorityClassName ?? '');
    case 'CrossNamespacePodAffinity':
      return crossesNamespaces(spec);
    default:
      return false;
  }
}

function nameMatches({ operator, values = [] }: Requirement, name: string): boolean {
  switch (operator) {
    case 'Exists':
      return name !== '';
    case 'DoesNotExist':
      return name === '';
    case 'In':
      return values.includes(name);
    case 'NotIn':
      return !values.includes(name);
    default:
      return false;
  }
}

function crossesNamespaces(spec: IPod['spec']): boolean {
  const { podAffinity, podAntiAffinity } = spec?.affinity ?? {};
  return [podAffinity, podAntiAffinity].some((affinity) =>
    [
      ...(affinity?.requiredDuringSchedulingIgnoredDuringExecution ?? []),
      ...(affinity?.preferredDuringSchedulingIgnoredDuringExecution ?? []).map((each) => each.podAffinityTerm),
    ].some(({ namespaces = [], namespaceSelector }) => namespaces.length > 0 || namespaceSelector !== undefined),
  );
}
