/** How the autoscaling kinds merge: list types, keys and patch strategies, which are Go struct tags upstream. */
import { atomic, inPackage, type MergeRules, mergedBy } from '../merge-rules.ts';

export const autoscalingMergeRules: MergeRules = inPackage('io.k8s.api.autoscaling.v2', {
  HorizontalPodAutoscalerSpec: {
    metrics: atomic,
  },
  HorizontalPodAutoscalerStatus: {
    conditions: mergedBy('type'),
    currentMetrics: atomic,
  },
});
