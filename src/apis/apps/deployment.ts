import type { IDeployment } from 'kubernetes-models/apps/v1/Deployment';
import type { Strategy } from '../../apiserver/registry/contract.ts';
import { builtIn, type Stored } from '../built-in.ts';
import { age, described } from '../columns.ts';
import { defaultPodSpec } from '../core/pod-spec-defaults.ts';
import { scale } from './scale.ts';
import {
  validateDeployment,
  validateDeploymentStatusUpdate,
  validateDeploymentUpdate,
} from './validation/deployment.ts';
import { readyColumn, selectorColumn, templateColumns, templateWarnings } from './workload.ts';

export type Deployment = Stored<IDeployment>;

const STATUS = 'io.k8s.api.apps.v1.DeploymentStatus';

const strategy: Strategy<Deployment> = {
  default({ spec }) {
    if (spec === undefined) return;
    if (spec.strategy?.type === 'RollingUpdate') {
      spec.strategy.rollingUpdate = { maxUnavailable: '25%', maxSurge: '25%', ...spec.strategy.rollingUpdate };
    }
    if (spec.template?.spec !== undefined) defaultPodSpec(spec.template.spec);
  },
  validate: validateDeployment,
  validateUpdate: validateDeploymentUpdate,
  validateStatusUpdate: validateDeploymentStatusUpdate,
  warnings: templateWarnings,
};

export const deployments = builtIn<Deployment>('io.k8s.api.apps.v1.Deployment', {
  resource: 'deployments',
  singular: 'deployment',
  shortNames: ['deploy'],
  categories: ['all'],
  namespaced: true,
  status: true,
  scale,
  strategy,
  columns: [
    readyColumn,
    {
      name: 'Up-to-date',
      type: 'string',
      description: described(STATUS, 'updatedReplicas'),
      cell: ({ status }) => status?.updatedReplicas ?? 0,
    },
    {
      name: 'Available',
      type: 'string',
      description: described(STATUS, 'availableReplicas'),
      cell: ({ status }) => status?.availableReplicas ?? 0,
    },
    age,
    ...templateColumns,
    selectorColumn('io.k8s.api.apps.v1.DeploymentSpec'),
  ],
});
