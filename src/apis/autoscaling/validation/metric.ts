/** What an autoscaler goes by (spec.metrics). */
import type { IMetricIdentifier } from 'kubernetes-models/autoscaling/v2/MetricIdentifier';
import type { IMetricSpec } from 'kubernetes-models/autoscaling/v2/MetricSpec';
import type { IMetricTarget } from 'kubernetes-models/autoscaling/v2/MetricTarget';
import {
  type FieldError,
  type FieldPath,
  forbidden,
  invalid,
  notSupported,
  required,
} from '../../../meta/field-error.ts';
import { validateLabelSelector } from '../../../meta/label-selector-validation.ts';
import { nameIsPathSegment } from '../../../meta/names.ts';
import { compareQuantity, formatQuantity } from '../../../meta/quantity.ts';
import type { LabelSelector } from '../../../meta/selectors.ts';
import { invalidEach } from '../../core/validation/checks.ts';
import { readQuantity } from '../../core/validation/resources.ts';
import { validateTarget as validateObject } from './target.ts';

const TYPES = ['ContainerResource', 'External', 'Object', 'Pods', 'Resource'];
const SOURCES = ['object', 'external', 'pods', 'resource', 'containerResource'] as const;

export function validateMetric(at: FieldPath, spec: IMetricSpec): FieldError[] {
  const { type } = spec;
  if (!type) return [required(at.child('type'), 'must specify a metric source type')];
  if (!TYPES.includes(type)) return [notSupported(at.child('type'), type, TYPES)];
  const errors = SOURCES.flatMap((name) =>
    spec[name] === undefined ? [] : validateSource(at.child(name), name, spec),
  );
  const expected = SOURCES.find((name) => name.toLowerCase() === type.toLowerCase()) ?? 'resource';
  if (spec[expected] === undefined) {
    errors.push(required(at.child(expected), 'must populate information for the given metric source'));
  }
  for (const name of SOURCES) {
    if (name !== expected && spec[name] !== undefined) {
      errors.push(forbidden(at.child(name), 'must populate the given metric source only'));
    }
  }
  return errors;
}

function validateSource(at: FieldPath, name: (typeof SOURCES)[number], spec: IMetricSpec): FieldError[] {
  const target = at.child('target');
  const sets = (value: IMetricTarget) => ({
    average: value?.averageValue !== undefined,
    utilization: value?.averageUtilization !== undefined,
    value: value?.value !== undefined,
  });
  switch (name) {
    case 'object': {
      const source = spec.object!;
      const { value, average } = sets(source.target);
      return [
        ...validateObject(at.child('describedObject'), source.describedObject),
        ...validateIdentifier(at.child('metric'), source.metric),
        ...validateMetricTarget(target, source.target),
        ...(value || average
          ? []
          : [required(target.child('averageValue'), 'must set either a target value or averageValue')]),
      ];
    }
    case 'external': {
      const source = spec.external!;
      const { value, average } = sets(source.target);
      return [
        ...validateIdentifier(at.child('metric'), source.metric),
        ...validateMetricTarget(target, source.target),
        ...(value || average
          ? []
          : [required(target.child('averageValue'), 'must set either a target value for metric or a per-pod target')]),
        ...(value && average
          ? [forbidden(target.child('value'), 'may not set both a target value for metric and a per-pod target')]
          : []),
      ];
    }
    case 'pods': {
      const source = spec.pods!;
      return [
        ...validateIdentifier(at.child('metric'), source.metric),
        ...validateMetricTarget(target, source.target),
        ...(sets(source.target).average
          ? []
          : [required(target.child('averageValue'), 'must specify a positive target averageValue')]),
      ];
    }
    default: {
      const source = name === 'resource' ? spec.resource! : spec.containerResource!;
      const errors: FieldError[] = source.name ? [] : [required(at.child('name'), 'must specify a resource name')];
      if (name === 'containerResource' && !spec.containerResource?.container) {
        errors.push(required(at.child('container'), 'must specify a container'));
      }
      errors.push(...validateMetricTarget(target, source.target));
      const { average, utilization } = sets(source.target);
      const what = 'a target raw value and a target utilization';
      if (average && utilization) errors.push(forbidden(target.child('averageValue'), `may not set both ${what}`));
      if (!average && !utilization) {
        const detail = 'must set either a target raw value or a target utilization';
        errors.push(required(target.child('averageUtilization'), detail));
      }
      return errors;
    }
  }
}

function validateIdentifier(at: FieldPath, metric: IMetricIdentifier | undefined): FieldError[] {
  const name = metric?.name;
  return [
    ...(name
      ? invalidEach(at.child('name'), name, () => nameIsPathSegment(name, false))
      : [required(at.child('name'), 'must specify a metric name')]),
    ...validateLabelSelector(metric?.selector as LabelSelector | undefined, at.child('selector')),
  ];
}

function validateMetricTarget(at: FieldPath, target: IMetricTarget | undefined): FieldError[] {
  const { type, averageUtilization } = target ?? ({} as Partial<IMetricTarget>);
  if (!type) return [required(at.child('type'), 'must specify a metric target type')];
  const errors: FieldError[] = [];
  if (!['Utilization', 'Value', 'AverageValue'].includes(type)) {
    errors.push(invalid(at.child('type'), type, 'must be either Utilization, Value, or AverageValue'));
  }
  for (const name of ['value', 'averageValue'] as const) {
    const given = target?.[name];
    if (given === undefined) continue;
    const quantity = readQuantity(errors, at.child(name), given);
    if (quantity !== undefined && compareQuantity(quantity, 0) <= 0) {
      errors.push(invalid(at.child(name), formatQuantity(quantity), 'must be positive'));
    }
  }
  if (averageUtilization !== undefined && averageUtilization < 1) {
    errors.push(invalid(at.child('averageUtilization'), averageUtilization, 'must be greater than 0'));
  }
  return errors;
}
