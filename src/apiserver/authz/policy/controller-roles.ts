/** ClusterRoles system:controller:<name>, each bound to the ServiceAccount kube-system/<name> its controller acts as. */
import { allow, EVENTS, READ, type RoleSpec } from './rule.ts';

const PREFIX = 'system:controller:';
const MANAGE = 'get list watch create update delete';

/** Of upstream's, those whose controllers Kedge has; the rest come with their controllers. */
export const CONTROLLER_ROLES: readonly RoleSpec[] = [
  {
    name: `${PREFIX}clusterrole-aggregation-controller`,
    rules: [allow('escalate get list watch update patch', 'rbac.authorization.k8s.io', 'clusterroles')],
  },
  {
    name: `${PREFIX}deployment-controller`,
    rules: [
      allow('get list watch update', 'extensions apps', 'deployments'),
      allow('update', 'extensions apps', 'deployments/status'),
      allow('update', 'extensions apps', 'deployments/finalizers'),
      allow('get list watch create update patch delete', 'apps extensions', 'replicasets'),
      allow('get list watch update', 'core', 'pods'),
      EVENTS,
    ],
  },
  {
    name: `${PREFIX}replicaset-controller`,
    rules: [
      allow('get list watch update', 'apps extensions', 'replicasets'),
      allow('update', 'apps extensions', 'replicasets/status'),
      allow('update', 'apps extensions', 'replicasets/finalizers'),
      allow('list watch patch create delete', 'core', 'pods'),
      EVENTS,
    ],
  },
  {
    name: `${PREFIX}job-controller`,
    rules: [
      allow('get list watch update patch', 'batch', 'jobs'),
      allow('update', 'batch', 'jobs/status'),
      allow('update', 'batch', 'jobs/finalizers'),
      allow('list watch create delete patch', 'core', 'pods'),
      EVENTS,
    ],
  },
  {
    name: `${PREFIX}cronjob-controller`,
    rules: [
      allow('get list watch update', 'batch', 'cronjobs'),
      allow('get list watch create update delete patch', 'batch', 'jobs'),
      allow('update', 'batch', 'cronjobs/status'),
      allow('update', 'batch', 'cronjobs/finalizers'),
      allow('list delete', 'core', 'pods'),
      EVENTS,
    ],
  },
  {
    name: `${PREFIX}resourcequota-controller`,
    rules: [allow('list watch', '*', '*'), allow('update', 'core', 'resourcequotas/status'), EVENTS],
  },
  {
    name: `${PREFIX}ttl-after-finished-controller`,
    rules: [allow('get list watch delete', 'batch', 'jobs'), EVENTS],
  },
  {
    name: `${PREFIX}disruption-controller`,
    rules: [
      allow(READ, 'apps extensions', 'deployments replicasets statefulsets'),
      allow(READ, 'core', 'replicationcontrollers'),
      allow(READ, 'policy', 'poddisruptionbudgets'),
      allow('update', 'policy', 'poddisruptionbudgets/status'),
      allow('list watch', 'core', 'pods'),
      allow('patch update', 'core', 'pods/status'),
      allow('get', '*', '*/scale'),
      EVENTS,
    ],
  },
  {
    name: `${PREFIX}replication-controller`,
    rules: [
      allow('get list watch update', 'core', 'replicationcontrollers'),
      allow('update', 'core', 'replicationcontrollers/status'),
      allow('update', 'core', 'replicationcontrollers/finalizers'),
      allow('list watch patch create delete', 'core', 'pods'),
      EVENTS,
    ],
  },
  {
    name: `${PREFIX}daemon-set-controller`,
    rules: [
      allow('get list watch', 'extensions apps', 'daemonsets'),
      allow('update', 'extensions apps', 'daemonsets/status'),
      allow('update', 'extensions apps', 'daemonsets/finalizers'),
      allow('list watch', 'core', 'nodes'),
      allow('list watch create delete patch', 'core', 'pods'),
      allow('create', 'core', 'pods/binding'),
      allow('get list watch create delete update patch', 'apps', 'controllerrevisions'),
      EVENTS,
    ],
  },
  {
    name: `${PREFIX}statefulset-controller`,
    rules: [
      allow('list watch', 'core', 'pods'),
      allow('get list watch', 'apps', 'statefulsets'),
      allow('update', 'apps', 'statefulsets/status'),
      allow('update', 'apps', 'statefulsets/finalizers'),
      allow('get create delete update patch', 'core', 'pods'),
      allow('update', 'core', 'pods/finalizers'),
      allow('get create delete update patch list watch', 'apps', 'controllerrevisions'),
      allow('get create update', 'core', 'persistentvolumeclaims'),
      EVENTS,
    ],
  },
  {
    name: `${PREFIX}endpoint-controller`,
    rules: [
      allow(READ, 'core', 'services pods'),
      allow(MANAGE, 'core', 'endpoints'),
      allow('create', 'core', 'endpoints/restricted'),
      EVENTS,
    ],
  },
  {
    name: `${PREFIX}endpointslice-controller`,
    rules: [
      allow(READ, 'core', 'services pods nodes'),
      allow('update', 'core', 'services/finalizers'),
      allow(MANAGE, 'discovery.k8s.io', 'endpointslices'),
      EVENTS,
    ],
  },
  {
    name: `${PREFIX}generic-garbage-collector`,
    rules: [allow('get list watch patch update delete', '*', '*'), EVENTS],
  },
  {
    name: `${PREFIX}namespace-controller`,
    rules: [
      allow('get list watch delete', 'core', 'namespaces'),
      allow('update', 'core', 'namespaces/finalize namespaces/status'),
      allow('get list watch delete deletecollection', '*', '*'),
    ],
  },
  {
    name: `${PREFIX}node-controller`,
    rules: [
      allow('get list watch update delete patch', 'core', 'nodes'),
      allow('patch update', 'core', 'nodes/status'),
      allow('patch update', 'core', 'pods/status'),
      allow('list watch get delete', 'core', 'pods'),
      EVENTS,
    ],
  },
  {
    name: `${PREFIX}pod-garbage-collector`,
    rules: [
      allow('list watch delete', 'core', 'pods'),
      allow(READ, 'core', 'nodes'),
      allow('patch', 'core', 'pods/status'),
    ],
  },
  {
    name: `${PREFIX}root-ca-cert-publisher`,
    rules: [allow('create update', 'core', 'configmaps'), EVENTS],
  },
  {
    name: `${PREFIX}service-account-controller`,
    rules: [allow('create', 'core', 'serviceaccounts'), EVENTS],
  },
];
