/** How metrics and their targets are printed: `cpu: 12%/80%`. */
import type { IMetricSpec } from 'kubernetes-models/autoscaling/v2/MetricSpec';
import type { IMetricStatus } from 'kubernetes-models/autoscaling/v2/MetricStatus';
import type { IMetricTarget } from 'kubernetes-models/autoscaling/v2/MetricTarget';
import type { IMetricValueStatus } from 'kubernetes-models/autoscaling/v2/MetricValueStatus';
import { formatQuantity } from '../../meta/quantity.ts';

const SHOWN = 2;
const UNKNOWN = '<unknown>';

export function formatMetrics(specs: readonly IMetricSpec[], statuses: readonly IMetricStatus[]): string {
  if (specs.length === 0) return '<none>';
  const cells = specs.map((spec, index) => formatMetric(spec, statuses[index]));
  const shown = cells.slice(0, SHOWN).join(', ');
  return cells.length > SHOWN ? `${shown} + ${cells.length - SHOWN} more...` : shown;
}

function formatMetric(spec: IMetricSpec, status: IMetricStatus | undefined): string {
  switch (spec.type) {
    case 'External':
      return valueOrAverage(spec.external?.target, status?.external?.current);
    case 'Object':
      return valueOrAverage(spec.object?.target, status?.object?.current);
    case 'Pods':
      return `${shownQuantity(status?.pods?.current?.averageValue)}/${shownQuantity(spec.pods?.target?.averageValue)}`;
    case 'Resource':
      return ofResource(spec.resource?.name, spec.resource?.target, status?.resource?.current);
    case 'ContainerResource':
      return ofResource(
        spec.containerResource?.name,
        spec.containerResource?.target,
        status?.containerResource?.current,
      );
    default:
      return '<unknown type>';
  }
}

function shownQuantity(value: string | number | undefined): string {
  return value === undefined ? UNKNOWN : formatQuantity(value);
}

function valueOrAverage(target: IMetricTarget | undefined, current: IMetricValueStatus | undefined): string {
  if (target?.averageValue !== undefined) {
    return `${shownQuantity(current?.averageValue)}/${shownQuantity(target.averageValue)} (avg)`;
  }
  return `${shownQuantity(current?.value)}/${shownQuantity(target?.value)}`;
}

function ofResource(name = '', target: IMetricTarget | undefined, current: IMetricValueStatus | undefined): string {
  if (target?.averageValue !== undefined) {
    return `${name}: ${shownQuantity(current?.averageValue)}/${shownQuantity(target.averageValue)}`;
  }
  const used = current?.averageUtilization === undefined ? UNKNOWN : `${current.averageUtilization}%`;
  const wanted = target?.averageUtilization === undefined ? '<auto>' : `${target.averageUtilization}%`;
  return `${name}: ${used}/${wanted}`;
}
