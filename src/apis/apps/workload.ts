/** What workloads have in common: a pod template, a selector and how both are printed. */
import type { IPodTemplateSpec } from 'kubernetes-models/v1/PodTemplateSpec';
import { deepEqual } from '../../meta/equal.ts';
import { path } from '../../meta/field-error.ts';
import { validateDns1123Label } from '../../meta/names.ts';
import type { KubeObject } from '../../meta/object.ts';
import { formatLabelSelector, type LabelSelector, labelSelectorRequirements } from '../../meta/selectors.ts';
import type { Column } from '../built-in.ts';
import { containerCells, described } from '../columns.ts';
import { podWarnings } from '../core/pod-warnings.ts';

interface Templated extends KubeObject {
  spec?: { template?: IPodTemplateSpec };
}

interface Workload extends Templated {
  spec?: { selector?: LabelSelector; template?: IPodTemplateSpec };
}

/** Warnings of the template where it is new: an update that leaves it alone is not told again. */
export function templateWarnings(object: Workload, old?: Workload): string[] {
  const { template } = object.spec ?? {};
  if (template === undefined || (old !== undefined && deepEqual(template, old.spec?.template))) return [];
  const warnings = podWarnings(template, path('spec').child('template'));
  return old === undefined ? [...nameWarnings(object), ...warnings] : warnings;
}

/** Of names that are valid, yet no host's. */
export function nameWarnings({ metadata }: KubeObject): string[] {
  const problems = validateDns1123Label(metadata.name ?? '');
  if (problems.length === 0) return [];
  const advice = 'this is used in Pod names and hostnames, which can result in surprising behavior';
  return [`metadata.name: ${advice}; a DNS label is recommended: [${problems.join(' ')}]`];
}

interface Replicated extends KubeObject {
  spec?: { replicas?: number };
  status?: { readyReplicas?: number };
}

export const readyColumn: Column<Replicated> = {
  name: 'Ready',
  type: 'string',
  description: 'Number of the pod with ready state',
  cell: ({ spec, status }) => `${status?.readyReplicas ?? 0}/${spec?.replicas ?? 0}`,
};

export const templateColumns: readonly Column<Templated>[] = [
  {
    name: 'Containers',
    type: 'string',
    priority: 1,
    description: 'Names of each container in the template.',
    cell: ({ spec }) => containerCells(spec?.template?.spec?.containers).names,
  },
  {
    name: 'Images',
    type: 'string',
    priority: 1,
    description: 'Images referenced by each container in the template.',
    cell: ({ spec }) => containerCells(spec?.template?.spec?.containers).images,
  },
];

/** `definition` is that of the kind's spec. */
export function selectorColumn(definition: string): Column<Workload> {
  return {
    name: 'Selector',
    type: 'string',
    priority: 1,
    description: described(definition, 'selector'),
    cell: ({ spec }) => formatLabelSelector(labelSelectorRequirements(spec?.selector ?? {})) || '<none>',
  };
}
