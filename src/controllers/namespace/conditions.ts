/** The conditions by which a terminating namespace says what it waits for, in upstream's words. */
import type { Namespace } from '../../client/resources.ts';
import { timestamp } from '../../meta/object.ts';

type Condition = NonNullable<NonNullable<Namespace['status']>['conditions']>[number];

export interface Remaining {
  /** Objects by resource as messages name it, e.g. "pods." or "deployments.apps". */
  resources: ReadonlyMap<string, number>;
  /** Objects by the finalizer that holds them. */
  finalizers: ReadonlyMap<string, number>;
  /** Group-resources of objects whose kind this process does not know. */
  unknown: ReadonlySet<string>;
  /** What deleting content threw. */
  errors: readonly string[];
}

/** The status of a terminating namespace. Conditions keep their transition time while their status stays. */
export function terminatingStatus(
  namespace: Namespace,
  remaining: Remaining,
  now: Date,
): NonNullable<Namespace['status']> {
  const { resources, finalizers, unknown, errors } = remaining;
  const list = (counts: ReadonlyMap<string, number>, render: (name: string, count: number) => string) =>
    [...counts]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, count]) => render(name, count))
      .join(', ');
  const wanted: [type: string, holds: boolean, reason: string, message: string][] = [
    unknown.size === 0
      ? ['NamespaceDeletionDiscoveryFailure', false, 'ResourcesDiscovered', 'All resources successfully discovered']
      : [
          'NamespaceDeletionDiscoveryFailure',
          true,
          'DiscoveryFailed',
          `Discovery failed for some groups, ${unknown.size} failing: unable to retrieve the complete list of server APIs: ${[...unknown].sort().join(', ')}`,
        ],
    [
      'NamespaceDeletionGroupVersionParsingFailure',
      false,
      'ParsedGroupVersions',
      'All legacy kube types successfully parsed',
    ],
    errors.length === 0
      ? [
          'NamespaceDeletionContentFailure',
          false,
          'ContentDeleted',
          'All content successfully deleted, may be waiting on finalization',
        ]
      : [
          'NamespaceDeletionContentFailure',
          true,
          'ContentDeletionFailed',
          `Failed to delete all resource types, ${errors.length} remaining: ${[...errors].sort().join(', ')}`,
        ],
    resources.size === 0
      ? ['NamespaceContentRemaining', false, 'ContentRemoved', 'All content successfully removed']
      : [
          'NamespaceContentRemaining',
          true,
          'SomeResourcesRemain',
          `Some resources are remaining: ${list(resources, (name, count) => `${name} has ${count} resource instances`)}`,
        ],
    finalizers.size === 0
      ? ['NamespaceFinalizersRemaining', false, 'ContentHasNoFinalizers', 'All content-preserving finalizers finished']
      : [
          'NamespaceFinalizersRemaining',
          true,
          'SomeFinalizersRemain',
          `Some content in the namespace has finalizers remaining: ${list(finalizers, (name, count) => `${name} in ${count} resource instances`)}`,
        ],
  ];
  const types = new Set(wanted.map(([type]) => type));
  const others = (namespace.status?.conditions ?? []).filter((each) => !types.has(each.type));
  return {
    ...namespace.status,
    phase: 'Terminating',
    conditions: [...others, ...wanted.map((each) => condition(namespace, each, now))],
  };
}

function condition(
  namespace: Namespace,
  [type, holds, reason, message]: [string, boolean, string, string],
  now: Date,
): Condition {
  const status = holds ? 'True' : 'False';
  const current = namespace.status?.conditions?.find((each) => each.type === type);
  const kept = current?.status === status ? current.lastTransitionTime : undefined;
  return { type, status, lastTransitionTime: kept ?? timestamp(now), reason, message };
}
