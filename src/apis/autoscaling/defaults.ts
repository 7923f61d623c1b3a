/** Constant defaults of HorizontalPodAutoscalers (upstream's SetDefaults_* of autoscaling/v1 and v2). */
import type { PropertyDefaults } from '../merge-rules.ts';

export const autoscalingDefaults: PropertyDefaults = {
  // Empty structs stand where upstream's Go types hold a struct and no pointer: they are always there.
  'io.k8s.api.autoscaling.v1.HorizontalPodAutoscaler': { spec: {}, status: {} },
  'io.k8s.api.autoscaling.v1.HorizontalPodAutoscalerSpec': { minReplicas: 1, scaleTargetRef: {} },
  'io.k8s.api.autoscaling.v2.HorizontalPodAutoscaler': { spec: {}, status: {} },
  'io.k8s.api.autoscaling.v2.HorizontalPodAutoscalerSpec': { minReplicas: 1, scaleTargetRef: {} },
};
