/** The classes that every cluster has: what the cluster itself needs comes before all else. */
export interface SystemPriorityClass {
  name: string;
  value: number;
  description: string;
}

export const SYSTEM_PRIORITY_CLASSES: readonly SystemPriorityClass[] = [
  {
    name: 'system-node-critical',
    value: 2_000_001_000,
    description: 'Used for system critical pods that must not be moved from their current node.',
  },
  {
    name: 'system-cluster-critical',
    value: 2_000_000_000,
    description:
      'Used for system critical pods that must run in the cluster, but can be moved to another node if necessary.',
  },
];

export const SYSTEM_PREFIX = 'system-';
/** Of what users define. */
export const HIGHEST_USER_PRIORITY = 1_000_000_000;
