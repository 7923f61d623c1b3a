import type { IReplicationController } from 'kubernetes-models/v1/ReplicationController';
import type { Strategy } from '../../apiserver/registry/contract.ts';
import { deepEqual } from '../../meta/equal.ts';
import { path } from '../../meta/field-error.ts';
import { templateColumns } from '../apps/workload.ts';
import { scaleView } from '../autoscaling/scale-view.ts';
import { builtIn, type Column, type Stored } from '../built-in.ts';
import { age, described, formatMap } from '../columns.ts';
import { defaultPodSpec } from './pod-spec-defaults.ts';
import { podWarnings } from './pod-warnings.ts';
import {
  validateReplicationController,
  validateReplicationControllerStatusUpdate,
} from './validation/replication-controller.ts';

export type ReplicationController = Stored<IReplicationController>;

const SPEC = 'io.k8s.api.core.v1.ReplicationControllerSpec';
const STATUS = 'io.k8s.api.core.v1.ReplicationControllerStatus';

const strategy: Strategy<ReplicationController> = {
  defaultPropagation: 'Orphan',
  default({ metadata, spec }) {
    const template = spec?.template;
    const labels = template?.metadata?.labels;
    if (labels !== undefined && spec !== undefined) {
      if (Object.keys(spec.selector ?? {}).length === 0) spec.selector = { ...labels };
      if (Object.keys(metadata.labels ?? {}).length === 0) metadata.labels = { ...labels };
    }
    if (template?.spec !== undefined) defaultPodSpec(template.spec);
  },
  validate: validateReplicationController,
  validateStatusUpdate: validateReplicationControllerStatusUpdate,
  warnings({ spec }, old) {
    const template = spec?.template;
    if (template === undefined || (old !== undefined && deepEqual(template, old.spec?.template))) return [];
    return podWarnings(template, path('spec').child('template'));
  },
};

function count(name: string, description: string, cell: (object: ReplicationController) => number | undefined) {
  return { name, type: 'integer', description, cell: (object) => cell(object) ?? 0 } as Column<ReplicationController>;
}

export const replicationControllers = builtIn<ReplicationController>('io.k8s.api.core.v1.ReplicationController', {
  resource: 'replicationcontrollers',
  singular: 'replicationcontroller',
  shortNames: ['rc'],
  categories: ['all'],
  namespaced: true,
  status: true,
  scale: scaleView({
    specReplicasPath: '.spec.replicas',
    statusReplicasPath: '.status.replicas',
    selector({ spec }) {
      const { selector } = (spec ?? {}) as { selector?: Record<string, string> };
      return selector === undefined ? '' : formatMap(selector).replace('<none>', '');
    },
  }),
  strategy,
  selectableFields: { 'status.replicas': ({ status }) => String(status?.replicas ?? 0) },
  columns: [
    count('Desired', described(SPEC, 'replicas'), ({ spec }) => spec?.replicas),
    count('Current', described(STATUS, 'replicas'), ({ status }) => status?.replicas),
    count('Ready', described(STATUS, 'readyReplicas'), ({ status }) => status?.readyReplicas),
    age,
    ...templateColumns,
    {
      name: 'Selector',
      type: 'string',
      priority: 1,
      description: described(SPEC, 'selector'),
      cell: ({ spec }) => formatMap(spec?.selector),
    },
  ],
});
