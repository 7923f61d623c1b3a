import type { IHorizontalPodAutoscaler } from 'kubernetes-models/autoscaling/v2/HorizontalPodAutoscaler';
import type { IHorizontalPodAutoscalerSpec } from 'kubernetes-models/autoscaling/v2/HorizontalPodAutoscalerSpec';
import type { IHPAScalingRules } from 'kubernetes-models/autoscaling/v2/HPAScalingRules';
import { builtIn, type Column, type Stored } from '../built-in.ts';
import { age, described } from '../columns.ts';
import { formatMetrics } from './metric-cells.ts';
import { validateAutoscaler, validateAutoscalerStatus } from './validation/horizontal-pod-autoscaler.ts';

export type HorizontalPodAutoscaler = Stored<IHorizontalPodAutoscaler>;

const SPEC = 'io.k8s.api.autoscaling.v2.HorizontalPodAutoscalerSpec';

/** Percent of what pods request. */
const DEFAULT_UTILIZATION = 80;

function defaultSpec(spec: IHorizontalPodAutoscalerSpec): void {
  if ((spec.metrics ?? []).length === 0) {
    const target = { type: 'Utilization', averageUtilization: DEFAULT_UTILIZATION } as const;
    spec.metrics = [{ type: 'Resource', resource: { name: 'cpu', target } }];
  }
  if (spec.behavior === undefined) return;
  spec.behavior.scaleUp = defaultRules(spec.behavior.scaleUp, {
    stabilizationWindowSeconds: 0,
    selectPolicy: 'Max',
    policies: [
      { type: 'Pods', value: 4, periodSeconds: 15 },
      { type: 'Percent', value: 100, periodSeconds: 15 },
    ],
  });
  spec.behavior.scaleDown = defaultRules(spec.behavior.scaleDown, {
    selectPolicy: 'Max',
    policies: [{ type: 'Percent', value: 100, periodSeconds: 15 }],
  });
}

function defaultRules(rules: IHPAScalingRules = {}, defaults: IHPAScalingRules): IHPAScalingRules {
  return { ...defaults, ...rules, policies: rules.policies ?? defaults.policies };
}

export const autoscalerColumns: readonly Column<HorizontalPodAutoscaler>[] = [
  {
    name: 'Reference',
    type: 'string',
    description: described(SPEC, 'scaleTargetRef'),
    cell: ({ spec }) => `${spec?.scaleTargetRef?.kind ?? ''}/${spec?.scaleTargetRef?.name ?? ''}`,
  },
  {
    name: 'Targets',
    type: 'string',
    description: described(SPEC, 'metrics'),
    cell: ({ spec, status }) => formatMetrics(spec?.metrics ?? [], status?.currentMetrics ?? []),
  },
  {
    name: 'MinPods',
    type: 'string',
    description: described(SPEC, 'minReplicas'),
    cell: ({ spec }) => String(spec?.minReplicas ?? '<unset>'),
  },
  {
    name: 'MaxPods',
    type: 'string',
    description: described(SPEC, 'maxReplicas'),
    cell: ({ spec }) => spec?.maxReplicas ?? 0,
  },
  {
    name: 'Replicas',
    type: 'string',
    description: described('io.k8s.api.autoscaling.v2.HorizontalPodAutoscalerStatus', 'currentReplicas'),
    cell: ({ status }) => status?.currentReplicas ?? 0,
  },
  age,
];

/** What both versions have in common. */
export const SHARED = {
  resource: 'horizontalpodautoscalers',
  singular: 'horizontalpodautoscaler',
  shortNames: ['hpa'],
  categories: ['all'],
  namespaced: true,
  status: true,
} as const;

/** Stored in this version. */
export const horizontalPodAutoscalers = builtIn<HorizontalPodAutoscaler>(
  'io.k8s.api.autoscaling.v2.HorizontalPodAutoscaler',
  {
    ...SHARED,
    strategy: {
      generation: false,
      default({ spec }) {
        if (spec !== undefined) defaultSpec(spec);
      },
      validate: validateAutoscaler,
      validateStatusUpdate: validateAutoscalerStatus,
    },
    columns: autoscalerColumns,
  },
);
