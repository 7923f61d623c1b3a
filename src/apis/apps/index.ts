import type { BuiltInGroup } from '../group.ts';
import { controllerRevisions } from './controller-revision.ts';
import { appsDefaults } from './defaults.ts';
import { deployments } from './deployment.ts';
import { appsMergeRules } from './merge.ts';
import { replicaSets } from './replica-set.ts';

export const apps: BuiltInGroup = {
  group: 'apps',
  resources: [controllerRevisions, deployments, replicaSets],
  mergeRules: [appsMergeRules],
  defaults: [appsDefaults],
};
