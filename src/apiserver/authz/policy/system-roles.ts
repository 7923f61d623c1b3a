/** ClusterRoles of the system's own parts, of discovery and of add-ons that expect them by name. */
import type { PolicyRule } from '../rules.ts';
import { allow, allowPaths, EVENTS, READ, type RoleSpec } from './rule.ts';

const DELEGATED_AUTH = [
  allow('create', 'authentication.k8s.io', 'tokenreviews'),
  allow('create', 'authorization.k8s.io', 'subjectaccessreviews'),
];

const PUBLIC_PATHS = '/livez /readyz /healthz /version /version/';

/**
 * What a node may do, as far as the node authorizer says no more of it. Secrets and ConfigMaps are got one by one, by
 * the names that its pods have for them; upstream's role also lists them.
 */
export const NODE_RULES: readonly PolicyRule[] = [
  allow('create', 'authentication.k8s.io', 'tokenreviews'),
  allow('create', 'authorization.k8s.io', 'subjectaccessreviews localsubjectaccessreviews'),
  allow(READ, 'core', 'services'),
  allow('create get list watch', 'core', 'nodes'),
  allow('update patch', 'core', 'nodes/status'),
  allow('update patch', 'core', 'nodes'),
  allow('create update patch', 'core events.k8s.io', 'events'),
  allow(READ, 'core', 'pods'),
  allow('create delete', 'core', 'pods'),
  allow('update patch', 'core', 'pods/status'),
  allow('create', 'core', 'pods/eviction'),
  allow('get', 'core', 'secrets configmaps'),
  allow('get', 'core', 'persistentvolumeclaims persistentvolumes'),
  allow('get', 'core', 'endpoints'),
  allow('create get list watch', 'certificates.k8s.io', 'certificatesigningrequests'),
  allow('get create update patch delete', 'coordination.k8s.io', 'leases'),
  allow('get', 'storage.k8s.io', 'volumeattachments'),
  allow('create', 'core', 'serviceaccounts/token'),
  allow('get update patch', 'core', 'persistentvolumeclaims/status'),
  allow(READ, 'storage.k8s.io', 'csidrivers'),
  allow('get create update patch delete', 'storage.k8s.io', 'csinodes'),
  allow(READ, 'node.k8s.io', 'runtimeclasses'),
];

export const SYSTEM_ROLES: readonly RoleSpec[] = [
  {
    name: 'system:discovery',
    rules: [allowPaths('get', `${PUBLIC_PATHS} /openapi /openapi/* /api /api/* /apis /apis/*`)],
  },
  { name: 'system:public-info-viewer', rules: [allowPaths('get', PUBLIC_PATHS)] },
  {
    name: 'system:basic-user',
    rules: [
      allow('create', 'authorization.k8s.io', 'selfsubjectaccessreviews selfsubjectrulesreviews'),
      allow('create', 'authentication.k8s.io', 'selfsubjectreviews'),
    ],
  },
  {
    name: 'system:monitoring',
    rules: [allowPaths('get', '/metrics /metrics/slis /livez /readyz /healthz /livez/* /readyz/* /healthz/*')],
  },
  {
    name: 'system:service-account-issuer-discovery',
    rules: [allowPaths('get', '/.well-known/openid-configuration /openid/v1/jwks')],
  },
  {
    name: 'system:node',
    rules: [...NODE_RULES],
  },
  {
    name: 'system:node-proxier',
    rules: [
      allow('list watch', 'core', 'services endpoints'),
      allow(READ, 'core', 'nodes'),
      EVENTS,
      allow('list watch', 'discovery.k8s.io', 'endpointslices'),
      allow('list watch', 'networking.k8s.io', 'servicecidrs'),
    ],
  },
  {
    name: 'system:node-problem-detector',
    rules: [allow('get', 'core', 'nodes'), allow('patch', 'core', 'nodes/status'), EVENTS],
  },
  {
    name: 'system:kubelet-api-admin',
    rules: [
      allow(READ, 'core', 'nodes'),
      allow('proxy', 'core', 'nodes'),
      allow(
        '*',
        'core',
        'nodes/proxy nodes/metrics nodes/stats nodes/log nodes/pods nodes/healthz nodes/configz nodes/checkpoint',
      ),
    ],
  },
  {
    name: 'system:node-bootstrapper',
    rules: [allow('create get list watch', 'certificates.k8s.io', 'certificatesigningrequests')],
  },
  { name: 'system:auth-delegator', rules: DELEGATED_AUTH },
  { name: 'system:kube-aggregator', rules: [allow(READ, 'core', 'services endpoints')] },
  { name: 'system:kube-dns', rules: [allow('list watch', 'core', 'endpoints services')] },
  {
    name: 'system:kube-controller-manager',
    rules: [
      EVENTS,
      allow('create', 'coordination.k8s.io', 'leases'),
      allow('get update', 'coordination.k8s.io', 'leases', 'kube-controller-manager'),
      allow('create', 'core', 'secrets serviceaccounts'),
      allow('delete', 'core', 'secrets'),
      allow('get', 'core', 'namespaces secrets serviceaccounts configmaps'),
      allow('update', 'core', 'secrets serviceaccounts'),
      ...DELEGATED_AUTH,
      allow('list watch', '*', '*'),
      allow('create', 'core', 'serviceaccounts/token'),
    ],
  },
  {
    name: 'system:kube-scheduler',
    rules: [
      EVENTS,
      allow('create', 'coordination.k8s.io', 'leases'),
      allow('get list watch update', 'coordination.k8s.io', 'leases', 'kube-scheduler'),
      allow(READ, 'core', 'nodes'),
      allow('get list watch delete', 'core', 'pods'),
      allow('create', 'core', 'pods/binding bindings'),
      allow('patch update', 'core', 'pods/status'),
      allow(READ, 'core', 'services replicationcontrollers'),
      allow(READ, 'apps extensions', 'replicasets'),
      allow(READ, 'apps', 'statefulsets'),
      allow(READ, 'policy', 'poddisruptionbudgets'),
      allow(READ, 'core', 'persistentvolumeclaims persistentvolumes'),
      ...DELEGATED_AUTH,
      allow(READ, 'storage.k8s.io', 'csinodes'),
      allow(READ, 'core', 'namespaces'),
      allow(READ, 'storage.k8s.io', 'csidrivers'),
      allow(READ, 'storage.k8s.io', 'csistoragecapacities'),
      allow(READ, 'storage.k8s.io', 'volumeattachments'),
    ],
  },
  {
    name: 'system:volume-scheduler',
    rules: [
      allow('get list watch update patch', 'core', 'persistentvolumes'),
      allow(READ, 'storage.k8s.io', 'storageclasses'),
      allow('get list watch update patch', 'core', 'persistentvolumeclaims'),
    ],
  },
  {
    name: 'system:persistent-volume-provisioner',
    rules: [
      allow('get list watch create delete', 'core', 'persistentvolumes'),
      allow('get list watch update', 'core', 'persistentvolumeclaims'),
      allow(READ, 'storage.k8s.io', 'storageclasses'),
      allow('watch', 'core', 'events'),
      EVENTS,
    ],
  },
];
