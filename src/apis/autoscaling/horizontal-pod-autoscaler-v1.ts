/** autoscaling/v1 knows the use of CPU alone; what else an autoscaler has goes through it as annotations. */
import type { IHorizontalPodAutoscaler as IHorizontalPodAutoscalerV1 } from 'kubernetes-models/autoscaling/v1/HorizontalPodAutoscaler';
import type { IHorizontalPodAutoscaler } from 'kubernetes-models/autoscaling/v2/HorizontalPodAutoscaler';
import type { IHorizontalPodAutoscalerSpec } from 'kubernetes-models/autoscaling/v2/HorizontalPodAutoscalerSpec';
import type { IHorizontalPodAutoscalerStatus } from 'kubernetes-models/autoscaling/v2/HorizontalPodAutoscalerStatus';
import type { IMetricSpec } from 'kubernetes-models/autoscaling/v2/MetricSpec';
import type { IMetricStatus } from 'kubernetes-models/autoscaling/v2/MetricStatus';
import { parseOwnJson } from '../../meta/json.ts';
import type { UnknownObject } from '../../meta/object.ts';
import { setOwn } from '../../meta/own.ts';
import { builtIn, type Column, type Stored } from '../built-in.ts';
import { autoscalerColumns, type HorizontalPodAutoscaler, SHARED } from './horizontal-pod-autoscaler.ts';
import { validateAutoscaler, validateAutoscalerStatus } from './validation/horizontal-pod-autoscaler.ts';

export type HorizontalPodAutoscalerV1 = Stored<IHorizontalPodAutoscalerV1>;

const PREFIX = 'autoscaling.alpha.kubernetes.io/';
const METRICS = `${PREFIX}metrics`;
const BEHAVIOR = `${PREFIX}behavior`;
const CONDITIONS = `${PREFIX}conditions`;
const CURRENT_METRICS = `${PREFIX}current-metrics`;

const isCpu = ({ type, resource }: IMetricSpec) =>
  type === 'Resource' && resource?.name === 'cpu' && resource.target.averageUtilization !== undefined;
const isCpuStatus = ({ type, resource }: IMetricStatus) =>
  type === 'Resource' && resource?.name === 'cpu' && resource.current.averageUtilization !== undefined;

function toV1(stored: UnknownObject): UnknownObject {
  const { spec, status, metadata, ...rest } = stored as unknown as Stored<IHorizontalPodAutoscaler>;
  const { metrics = [], behavior, ...plain } = spec ?? ({} as IHorizontalPodAutoscalerSpec);
  const { conditions = [], currentMetrics, ...counts } = status ?? ({} as IHorizontalPodAutoscalerStatus);
  const annotations: Record<string, string> = { ...metadata.annotations };
  const note = (key: string, value: unknown) => {
    setOwn(annotations, key, JSON.stringify(value));
  };
  const cpu = metrics.find(isCpu);
  const others = metrics.filter((metric) => metric !== cpu);
  if (others.length > 0) note(METRICS, others);
  if (behavior !== undefined) note(BEHAVIOR, behavior);
  if (conditions.length > 0) note(CONDITIONS, conditions);
  const used = currentMetrics?.find((metric) => isCpuStatus(metric));
  const more = (currentMetrics ?? []).filter((metric) => metric !== used);
  if (more.length > 0) note(CURRENT_METRICS, more);
  const target = cpu?.resource?.target.averageUtilization;
  const current = used?.resource?.current.averageUtilization;
  return {
    ...rest,
    metadata: { ...metadata, ...(Object.keys(annotations).length === 0 ? {} : { annotations }) },
    spec: { ...plain, ...(target === undefined ? {} : { targetCPUUtilizationPercentage: target }) },
    status: {
      ...counts,
      currentReplicas: counts.currentReplicas ?? 0,
      ...(current === undefined ? {} : { currentCPUUtilizationPercentage: current }),
    },
  } as unknown as UnknownObject;
}

function fromV1(object: UnknownObject): UnknownObject {
  const { spec, status, metadata, ...rest } = object as unknown as HorizontalPodAutoscalerV1;
  const { targetCPUUtilizationPercentage: target, ...plain } = { ...spec };
  const { currentCPUUtilizationPercentage: current, ...counts } = { ...status };
  const { annotations = {}, ...meta } = metadata;
  const {
    [METRICS]: metrics,
    [BEHAVIOR]: behavior,
    [CONDITIONS]: conditions,
    [CURRENT_METRICS]: more,
    ...kept
  } = annotations;
  const all: unknown[] = listed(metrics);
  if (target !== undefined) {
    const cpu = { name: 'cpu', target: { type: 'Utilization', averageUtilization: target } };
    all.unshift({ type: 'Resource', resource: cpu });
  }
  const used: unknown[] = listed(more);
  if (current !== undefined) {
    used.unshift({ type: 'Resource', resource: { name: 'cpu', current: { averageUtilization: current } } });
  }
  const rules = parsed(behavior);
  const told = listed(conditions);
  return {
    ...rest,
    metadata: { ...meta, ...(Object.keys(kept).length === 0 ? {} : { annotations: kept }) },
    spec: {
      ...plain,
      ...(all.length === 0 ? {} : { metrics: all }),
      ...(typeof rules === 'object' && rules !== null && !Array.isArray(rules) ? { behavior: rules } : {}),
    },
    status: {
      ...counts,
      ...(used.length === 0 ? {} : { currentMetrics: used }),
      ...(told.length === 0 ? {} : { conditions: told }),
    },
  } as unknown as UnknownObject;
}

/** Annotations are clients' texts: what is no JSON is passed over, as upstream does. */
function parsed(text: string | undefined): unknown {
  if (text === undefined) return undefined;
  try {
    return parseOwnJson(text);
  } catch {
    return undefined;
  }
}

function listed(text: string | undefined): unknown[] {
  const value = parsed(text);
  if (!Array.isArray(value)) return [];
  return value.filter((each) => typeof each === 'object' && each !== null && !Array.isArray(each));
}

const inV2 = (object: HorizontalPodAutoscalerV1) =>
  fromV1(structuredClone(object) as unknown as UnknownObject) as unknown as HorizontalPodAutoscaler;

export const horizontalPodAutoscalersV1 = builtIn<HorizontalPodAutoscalerV1>(
  'io.k8s.api.autoscaling.v1.HorizontalPodAutoscaler',
  {
    ...SHARED,
    fromStored: toV1,
    toStored: fromV1,
    strategy: {
      generation: false,
      validate: (object) => validateAutoscaler(inV2(object)),
      validateStatusUpdate: (object) => validateAutoscalerStatus(inV2(object)),
    },
    columns: autoscalerColumns.map(
      ({ cell, ...column }): Column<HorizontalPodAutoscalerV1> => ({
        ...column,
        cell: (object, now) => cell(inV2(object), now),
      }),
    ),
  },
);
