import { own } from '../../meta/own.ts';

/** Labels under kubernetes.io and k8s.io that nodes may give themselves. */

const KUBELET_LABELS = new Set([
  'kubernetes.io/hostname',
  'kubernetes.io/arch',
  'kubernetes.io/os',
  'topology.kubernetes.io/region',
  'topology.kubernetes.io/zone',
  'node.kubernetes.io/instance-type',
  'beta.kubernetes.io/arch',
  'beta.kubernetes.io/instance-type',
  'beta.kubernetes.io/os',
  'failure-domain.beta.kubernetes.io/region',
  'failure-domain.beta.kubernetes.io/zone',
]);

type Labels = Readonly<Record<string, string>>;

/**
 * Labels that differ and that a node may not change on itself, sorted: with them it could draw workloads that are meant
 * for others. Operators protect labels of their own under `node-restriction.kubernetes.io/`.
 */
export function forbiddenNodeLabels(labels: Labels = {}, old: Labels = {}): string[] {
  const keys = new Set([...Object.keys(labels), ...Object.keys(old)]);
  return [...keys].filter((key) => own(labels, key) !== own(old, key) && isForbidden(key)).sort();
}

function isForbidden(key: string): boolean {
  const namespace = key.includes('/') ? key.slice(0, key.indexOf('/')) : '';
  const under = (domain: string) => namespace === domain || namespace.endsWith(`.${domain}`);
  if (under('node-restriction.kubernetes.io')) return true;
  if (!under('kubernetes.io') && !under('k8s.io')) return false;
  return !KUBELET_LABELS.has(key) && !under('kubelet.kubernetes.io') && !under('node.kubernetes.io');
}
