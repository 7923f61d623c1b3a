/** The least that each kind takes: where mutation begins. `{{…}}` is filled in when the request is sent. */
import type { Random } from './random.ts';

const META = 'io.k8s.apimachinery.pkg.apis.meta.v1';
const container = { name: 'main', image: 'registry.example/app:1' };
const podSpec = { containers: [container] };
const labels = { app: 'fuzz' };
const template = { metadata: { labels }, spec: podSpec };
const involved = { kind: 'Pod', namespace: 'default', name: 'f1', apiVersion: 'v1' };
const rules = [{ apiGroups: [''], resources: ['pods'], verbs: ['get', 'list'] }];
const subjects = [{ kind: 'User', apiGroup: 'rbac.authorization.k8s.io', name: 'bob' }];

/** By definition name, without apiVersion, kind and metadata. */
const LEAST: Readonly<Record<string, object>> = {
  'io.k8s.api.core.v1.ConfigMap': { data: { a: 'b' } },
  'io.k8s.api.core.v1.Secret': { type: 'Opaque', data: { a: 'YQ==' }, stringData: { b: 'c' } },
  'io.k8s.api.core.v1.Endpoints': { subsets: [{ addresses: [{ ip: '192.0.2.7' }], ports: [{ name: 'a', port: 80 }] }] },
  'io.k8s.api.core.v1.Event': { involvedObject: involved, reason: 'R', message: 'm', type: 'Normal', source: {} },
  'io.k8s.api.events.v1.Event': {
    eventTime: '2026-01-01T00:00:00.000001Z',
    reportingController: 'example.com/c',
    reportingInstance: 'i',
    action: 'A',
    reason: 'R',
    type: 'Normal',
    regarding: involved,
  },
  'io.k8s.api.core.v1.Namespace': {},
  'io.k8s.api.core.v1.Node': {
    spec: { taints: [{ key: 'a', effect: 'NoSchedule' }] },
    status: { capacity: { cpu: '1' } },
  },
  'io.k8s.api.core.v1.Pod': { spec: podSpec },
  'io.k8s.api.core.v1.ServiceAccount': {},
  'io.k8s.api.core.v1.Service': { spec: { selector: labels, ports: [{ name: 'a', port: 80, targetPort: 'web' }] } },
  'io.k8s.api.apps.v1.ControllerRevision': { revision: 1, data: { a: [1] } },
  'io.k8s.api.apps.v1.Deployment': { spec: { replicas: 1, selector: { matchLabels: labels }, template } },
  'io.k8s.api.apps.v1.ReplicaSet': { spec: { replicas: 1, selector: { matchLabels: labels }, template } },
  'io.k8s.api.rbac.v1.Role': { rules },
  'io.k8s.api.rbac.v1.ClusterRole': { rules, aggregationRule: { clusterRoleSelectors: [{ matchLabels: labels }] } },
  'io.k8s.api.rbac.v1.RoleBinding': {
    subjects,
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'f1' },
  },
  'io.k8s.api.rbac.v1.ClusterRoleBinding': {
    subjects,
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'f1' },
  },
  'io.k8s.api.coordination.v1.Lease': {
    spec: { holderIdentity: 'a', leaseDurationSeconds: 15, renewTime: '2026-01-02T03:04:05.678901Z' },
  },
  'io.k8s.api.discovery.v1.EndpointSlice': {
    addressType: 'IPv4',
    endpoints: [{ addresses: ['192.0.2.7'], conditions: { ready: true } }],
    ports: [{ name: 'a', port: 80, protocol: 'TCP' }],
  },
  'io.k8s.api.authentication.v1.TokenRequest': { spec: { audiences: ['a'], expirationSeconds: 3600 } },
  'io.k8s.api.authentication.v1.TokenReview': { spec: { token: 'kdg.root.x', audiences: ['a'] } },
  'io.k8s.api.authentication.v1.SelfSubjectReview': {},
  'io.k8s.api.authorization.v1.LocalSubjectAccessReview': {
    metadata: { namespace: 'default' },
    spec: { user: 'bob', groups: ['g'], resourceAttributes: { namespace: 'default', verb: 'get', resource: 'pods' } },
  },
  'io.k8s.api.authorization.v1.SelfSubjectAccessReview': {
    spec: { resourceAttributes: { verb: 'get', resource: 'pods' } },
  },
  'io.k8s.api.authorization.v1.SelfSubjectRulesReview': { spec: { namespace: 'default' } },
  'io.k8s.api.authorization.v1.SubjectAccessReview': {
    spec: { user: 'bob', extra: { a: ['b'] }, nonResourceAttributes: { path: '/healthz', verb: 'get' } },
  },
  'io.k8s.api.autoscaling.v1.Scale': { spec: { replicas: 2 } },
  'io.k8s.api.core.v1.Binding': { target: { kind: 'Node', name: 'f1' } },
  'io.k8s.api.policy.v1.Eviction': { deleteOptions: { gracePeriodSeconds: 0 } },
  [`${META}.DeleteOptions`]: { propagationPolicy: 'Background', preconditions: { uid: '{{uid}}' } },
};

/** Kinds without a seed of their own (a new one) begin with their metadata alone. */
export function leastOf(definition: string): Record<string, unknown> {
  return structuredClone(Object.hasOwn(LEAST, definition) ? LEAST[definition]! : {}) as Record<string, unknown>;
}

export function nameOf(random: Random): string {
  return `f${random.int(5)}`;
}
