/** Constant defaults of the apps kinds (upstream's SetDefaults_* of apps/v1). */
import { type PropertyDefaults, qualify } from '../merge-rules.ts';

export const appsDefaults: PropertyDefaults = qualify<unknown>('io.k8s.api.apps.v1', {
  // Empty structs stand where upstream's Go types hold a struct and no pointer: they are always there.
  Deployment: { spec: {}, status: {} },
  DeploymentSpec: { replicas: 1, revisionHistoryLimit: 10, progressDeadlineSeconds: 600, strategy: {}, template: {} },
  ReplicaSet: { spec: {}, status: {} },
  DeploymentStrategy: { type: 'RollingUpdate' },
  RollingUpdateDeployment: { maxUnavailable: '25%', maxSurge: '25%' },
  StatefulSet: { spec: {}, status: {} },
  StatefulSetSpec: {
    replicas: 1,
    revisionHistoryLimit: 10,
    podManagementPolicy: 'OrderedReady',
    updateStrategy: {},
    template: {},
  },
  StatefulSetUpdateStrategy: { type: 'RollingUpdate' },
  DaemonSet: { spec: {}, status: {} },
  DaemonSetSpec: { revisionHistoryLimit: 10, updateStrategy: {}, template: {} },
  DaemonSetUpdateStrategy: { type: 'RollingUpdate' },
  ReplicaSetSpec: { replicas: 1, template: {} },
});
