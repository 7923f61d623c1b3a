/** How the apps kinds merge: list types, keys and patch strategies, which are Go struct tags upstream. */
import { atomic, inPackage, type MergeRules, mergedBy, patched } from '../merge-rules.ts';

export const appsMergeRules: MergeRules = inPackage('io.k8s.api.apps.v1', {
  DaemonSetStatus: {
    conditions: mergedBy('type'),
  },
  DeploymentSpec: {
    strategy: patched('retainKeys'),
  },
  DeploymentStatus: {
    conditions: mergedBy('type'),
  },
  ReplicaSetStatus: {
    conditions: mergedBy('type'),
  },
  StatefulSetSpec: {
    volumeClaimTemplates: atomic,
  },
  StatefulSetStatus: {
    conditions: mergedBy('type'),
  },
});
