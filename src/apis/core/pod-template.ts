import type { IPodTemplate } from 'kubernetes-models/v1/PodTemplate';
import { deepEqual } from '../../meta/equal.ts';
import { path } from '../../meta/field-error.ts';
import { builtIn, type Stored } from '../built-in.ts';
import { containerCells, formatMap } from '../columns.ts';
import { defaultPodSpec } from './pod-spec-defaults.ts';
import { podWarnings } from './pod-warnings.ts';
import { validatePodTemplateSpec } from './validation/pod.ts';

export type PodTemplate = Stored<IPodTemplate>;

export const podTemplates = builtIn<PodTemplate>('io.k8s.api.core.v1.PodTemplate', {
  resource: 'podtemplates',
  singular: 'podtemplate',
  namespaced: true,
  strategy: {
    generation: true,
    default({ template }) {
      if (template?.spec !== undefined) defaultPodSpec(template.spec);
    },
    validate: ({ template = {} }) => validatePodTemplateSpec(template, path('template')),
    warnings({ template }, old) {
      if (template === undefined || (old !== undefined && deepEqual(template, old.template))) return [];
      return podWarnings(template, path('template'));
    },
  },
  columns: [
    {
      name: 'Containers',
      type: 'string',
      description: 'Names of each container in the template.',
      cell: ({ template }) => containerCells(template?.spec?.containers).names,
    },
    {
      name: 'Images',
      type: 'string',
      description: 'Images referenced by each container in the template.',
      cell: ({ template }) => containerCells(template?.spec?.containers).images,
    },
    {
      name: 'Pod Labels',
      type: 'string',
      description: 'The labels for the pod template.',
      cell: ({ template }) => formatMap(template?.metadata?.labels),
    },
  ],
});
