import type { IReplicaSet } from 'kubernetes-models/apps/v1/ReplicaSet';
import type { Strategy } from '../../apiserver/registry/contract.ts';
import { builtIn, type Stored } from '../built-in.ts';
import { age, described } from '../columns.ts';
import { defaultPodSpec } from '../core/pod-spec-defaults.ts';
import { scale } from './scale.ts';
import {
  validateReplicaSet,
  validateReplicaSetStatusUpdate,
  validateReplicaSetUpdate,
} from './validation/replica-set.ts';
import { selectorColumn, templateColumns, templateWarnings } from './workload.ts';

export type ReplicaSet = Stored<IReplicaSet>;

const SPEC = 'io.k8s.api.apps.v1.ReplicaSetSpec';
const STATUS = 'io.k8s.api.apps.v1.ReplicaSetStatus';

const strategy: Strategy<ReplicaSet> = {
  default({ spec }) {
    if (spec?.template?.spec !== undefined) defaultPodSpec(spec.template.spec);
  },
  validate: validateReplicaSet,
  validateUpdate: validateReplicaSetUpdate,
  validateStatusUpdate: validateReplicaSetStatusUpdate,
  warnings: templateWarnings,
};

export const replicaSets = builtIn<ReplicaSet>('io.k8s.api.apps.v1.ReplicaSet', {
  resource: 'replicasets',
  singular: 'replicaset',
  shortNames: ['rs'],
  categories: ['all'],
  namespaced: true,
  status: true,
  scale,
  strategy,
  selectableFields: { 'status.replicas': ({ status }) => String(status?.replicas ?? 0) },
  columns: [
    {
      name: 'Desired',
      type: 'integer',
      description: described(SPEC, 'replicas'),
      cell: ({ spec }) => spec?.replicas ?? 0,
    },
    {
      name: 'Current',
      type: 'integer',
      description: described(STATUS, 'replicas'),
      cell: ({ status }) => status?.replicas ?? 0,
    },
    {
      name: 'Ready',
      type: 'integer',
      description: described(STATUS, 'readyReplicas'),
      cell: ({ status }) => status?.readyReplicas ?? 0,
    },
    age,
    ...templateColumns,
    selectorColumn(SPEC),
  ],
});
