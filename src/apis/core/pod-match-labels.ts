/**
 * matchLabelKeys and mismatchLabelKeys stand for values of the pod's own labels, which are written into the label
 * selectors when the pod is created (upstream's pod strategy), so that the scheduler need not know of them.
 */
import type { ILabelSelector } from '@kubernetes-models/apimachinery/apis/meta/v1/LabelSelector';
import type { IPodSpec } from 'kubernetes-models/v1/PodSpec';
import { own } from '../../meta/own.ts';

interface Term {
  labelSelector?: ILabelSelector;
  matchLabelKeys?: string[];
  mismatchLabelKeys?: string[];
}

export function mergeLabelKeys(spec: IPodSpec, labels: Readonly<Record<string, string>>): void {
  const { podAffinity, podAntiAffinity } = spec.affinity ?? {};
  for (const affinity of [podAffinity, podAntiAffinity]) {
    for (const term of affinity?.requiredDuringSchedulingIgnoredDuringExecution ?? []) merge(term, labels);
    for (const { podAffinityTerm } of affinity?.preferredDuringSchedulingIgnoredDuringExecution ?? []) {
      merge(podAffinityTerm, labels);
    }
  }
  for (const constraint of spec.topologySpreadConstraints ?? []) merge(constraint, labels);
}

/** Without a selector a term matches nothing, which keys do not change. */
function merge(
  { labelSelector, matchLabelKeys = [], mismatchLabelKeys = [] }: Term,
  labels: Record<string, string>,
): void {
  if (labelSelector === undefined) return;
  const requirements = (keys: readonly string[], operator: string) =>
    keys.flatMap((key) => {
      const value = own(labels, key);
      return value === undefined ? [] : [{ key, operator, values: [value] }];
    });
  const added = [...requirements(matchLabelKeys, 'In'), ...requirements(mismatchLabelKeys, 'NotIn')];
  if (added.length > 0) labelSelector.matchExpressions = [...(labelSelector.matchExpressions ?? []), ...added];
}
