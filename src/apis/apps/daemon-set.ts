import type { IDaemonSet } from 'kubernetes-models/apps/v1/DaemonSet';
import type { IDaemonSetStatus } from 'kubernetes-models/apps/v1/DaemonSetStatus';
import type { Strategy } from '../../apiserver/registry/contract.ts';
import { semanticEqual } from '../../meta/equal.ts';
import { builtIn, type Column, type Stored } from '../built-in.ts';
import { age, described, formatMap } from '../columns.ts';
import { defaultPodSpec } from '../core/pod-spec-defaults.ts';
import { validateDaemonSet, validateDaemonSetStatusUpdate, validateDaemonSetUpdate } from './validation/daemon-set.ts';
import { selectorColumn, templateColumns, templateWarnings } from './workload.ts';

export type DaemonSet = Stored<IDaemonSet>;

/** What was spec.templateGeneration before apps/v1, which older clients still read. */
const TEMPLATE_GENERATION = 'deprecated.daemonset.template.generation';

function templateGeneration({ metadata }: DaemonSet): number {
  const value = Number(metadata.annotations?.[TEMPLATE_GENERATION] ?? '0');
  return Number.isSafeInteger(value) ? value : 0;
}

function setTemplateGeneration(set: DaemonSet, value: number): void {
  set.metadata.annotations = { ...set.metadata.annotations, [TEMPLATE_GENERATION]: String(value) };
}

const strategy: Strategy<DaemonSet> = {
  default({ spec }) {
    if (spec === undefined) return;
    if (spec.updateStrategy?.type === 'RollingUpdate') {
      spec.updateStrategy.rollingUpdate = { maxUnavailable: 1, maxSurge: 0, ...spec.updateStrategy.rollingUpdate };
    }
    if (spec.template?.spec !== undefined) defaultPodSpec(spec.template.spec);
  },
  prepareForCreate(_context, set) {
    setTemplateGeneration(set, Math.max(1, templateGeneration(set)));
  },
  prepareForUpdate(_context, set, old) {
    const changed = !semanticEqual(set.spec?.template, old.spec?.template);
    setTemplateGeneration(set, templateGeneration(old) + (changed ? 1 : 0));
  },
  validate: validateDaemonSet,
  validateUpdate: validateDaemonSetUpdate,
  validateStatusUpdate: validateDaemonSetStatusUpdate,
  warnings: templateWarnings,
};

const STATUS = 'io.k8s.api.apps.v1.DaemonSetStatus';

function count(name: string, field: keyof IDaemonSetStatus): Column<DaemonSet> {
  return {
    name,
    type: 'integer',
    description: described(STATUS, field),
    cell: ({ status }) => Number(status?.[field] ?? 0),
  };
}

export const daemonSets = builtIn<DaemonSet>('io.k8s.api.apps.v1.DaemonSet', {
  resource: 'daemonsets',
  singular: 'daemonset',
  shortNames: ['ds'],
  categories: ['all'],
  namespaced: true,
  status: true,
  strategy,
  columns: [
    count('Desired', 'desiredNumberScheduled'),
    count('Current', 'currentNumberScheduled'),
    count('Ready', 'numberReady'),
    count('Up-to-date', 'updatedNumberScheduled'),
    count('Available', 'numberAvailable'),
    {
      name: 'Node Selector',
      type: 'string',
      description: described('io.k8s.api.core.v1.PodSpec', 'nodeSelector'),
      cell: ({ spec }) => formatMap(spec?.template?.spec?.nodeSelector),
    },
    age,
    ...templateColumns,
    selectorColumn('io.k8s.api.apps.v1.DaemonSetSpec'),
  ],
});
