import type { IStatefulSet } from 'kubernetes-models/apps/v1/StatefulSet';
import type { Strategy } from '../../apiserver/registry/contract.ts';
import { builtIn, type Stored } from '../built-in.ts';
import { age } from '../columns.ts';
import { defaultPodSpec } from '../core/pod-spec-defaults.ts';
import { scale } from './scale.ts';
import {
  validateStatefulSet,
  validateStatefulSetCreate,
  validateStatefulSetStatusUpdate,
  validateStatefulSetUpdate,
} from './validation/stateful-set.ts';
import { readyColumn, templateColumns, templateWarnings } from './workload.ts';

export type StatefulSet = Stored<IStatefulSet>;

const strategy: Strategy<StatefulSet> = {
  default({ spec }) {
    if (spec === undefined) return;
    if (spec.updateStrategy?.type === 'RollingUpdate') {
      spec.updateStrategy.rollingUpdate = { partition: 0, maxUnavailable: 1, ...spec.updateStrategy.rollingUpdate };
    }
    const retention = spec.persistentVolumeClaimRetentionPolicy;
    spec.persistentVolumeClaimRetentionPolicy = {
      whenDeleted: retention?.whenDeleted || 'Retain',
      whenScaled: retention?.whenScaled || 'Retain',
    };
    for (const claim of spec.volumeClaimTemplates ?? []) {
      claim.apiVersion = 'v1';
      claim.kind = 'PersistentVolumeClaim';
      claim.status = { ...claim.status, phase: claim.status?.phase || 'Pending' };
    }
    if (spec.template?.spec !== undefined) defaultPodSpec(spec.template.spec);
  },
  validate: validateStatefulSet,
  validateCreate: validateStatefulSetCreate,
  validateUpdate: validateStatefulSetUpdate,
  validateStatusUpdate: validateStatefulSetStatusUpdate,
  warnings: templateWarnings,
};

export const statefulSets = builtIn<StatefulSet>('io.k8s.api.apps.v1.StatefulSet', {
  resource: 'statefulsets',
  singular: 'statefulset',
  shortNames: ['sts'],
  categories: ['all'],
  namespaced: true,
  status: true,
  scale,
  strategy,
  columns: [readyColumn, age, ...templateColumns],
});
