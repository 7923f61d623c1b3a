import type { BuiltInGroup } from '../group.ts';
import { controllerRevisions } from './controller-revision.ts';
import { daemonSets } from './daemon-set.ts';
import { appsDefaults } from './defaults.ts';
import { deployments } from './deployment.ts';
import { replicaSets } from './replica-set.ts';
import { statefulSets } from './stateful-set.ts';

export const apps: BuiltInGroup = {
  group: 'apps',
  resources: [controllerRevisions, daemonSets, deployments, replicaSets, statefulSets],
  defaults: [appsDefaults],
};
