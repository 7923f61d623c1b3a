/** What each kind needs beside metadata, with names of Object.prototype wherever a name can be. */

/** As label keys upstream allows all but `__proto__`, which does not begin with a letter or digit. */
export const NAMES = ['constructor', 'hasOwnProperty', 'toString', 'valueOf'];
export const ALL = [...NAMES, '__proto__', '__defineGetter__', 'isPrototypeOf'];
export function mapOf(names: readonly string[], value: string): Record<string, string> {
  return Object.fromEntries(names.map((name) => [name, value]));
}

const template = {
  metadata: { labels: { constructor: 'x' } },
  spec: {
    containers: [{ name: 'constructor', image: 'a:1', ports: [{ name: 'constructor', containerPort: 1 }] }],
    nodeSelector: { toString: 'x' },
  },
};
/** Where a kind without labels takes those of its template. */
const labelled = { ...template, metadata: { labels: { app: 'x' } } };
const onceTemplate = { ...template, spec: { ...template.spec, restartPolicy: 'Never' } };
const selector = { matchLabels: { constructor: 'x' } };

/** By group and resource. */
export const BODIES: Record<string, object> = {
  endpoints: { subsets: [{ addresses: [{ ip: '10.0.0.1' }], ports: [{ name: 'constructor', port: 1 }] }] },
  events: {
    involvedObject: { namespace: 'work', name: 'constructor' },
    reason: 'toString',
    reportingComponent: 'a.b/c',
    reportingInstance: 'i',
    action: 'valueOf',
    type: 'Normal',
    eventTime: '2026-01-01T00:00:00.000000Z',
  },
  'events.k8s.io/events': {
    regarding: { namespace: 'work', name: 'constructor' },
    reason: 'toString',
    reportingController: 'a.b/c',
    reportingInstance: 'i',
    action: 'valueOf',
    type: 'Normal',
    eventTime: '2026-01-01T00:00:00.000000Z',
  },
  pods: { spec: template.spec },
  secrets: { data: mapOf(ALL, 'eA==') },
  configmaps: { data: mapOf(ALL, 'x') },
  services: { spec: { selector: { constructor: 'x' }, ports: [{ name: 'constructor', port: 1 }] } },
  'apps/controllerrevisions': { revision: 1, data: mapOf(ALL, 'x') },
  'apps/deployments': { spec: { selector, template } },
  'apps/replicasets': { spec: { selector, template } },
  podtemplates: { template },
  replicationcontrollers: { spec: { template: labelled } },
  'apps/daemonsets': { spec: { selector, template } },
  'apps/statefulsets': { spec: { selector, template, serviceName: 'constructor' } },
  'batch/cronjobs': { spec: { schedule: '@hourly', jobTemplate: { spec: { template: onceTemplate } } } },
  'batch/jobs': { spec: { template: { ...onceTemplate, metadata: {} } } },
  'autoscaling/horizontalpodautoscalers': {
    spec: { maxReplicas: 2, scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'constructor' } },
  },
  'networking.k8s.io/ingressclasses': { spec: { controller: 'constructor/toString' } },
  'networking.k8s.io/ingresses': {
    spec: { defaultBackend: { service: { name: 'constructor', port: { name: 'constructor' } } } },
  },
  'apiextensions.k8s.io/customresourcedefinitions': {
    spec: {
      group: 'example.com',
      scope: 'Cluster',
      names: { plural: 'constructor', kind: 'Constructor' },
      versions: [
        {
          name: 'v1',
          served: true,
          storage: true,
          schema: {
            openAPIV3Schema: {
              type: 'object',
              properties: { constructor: { type: 'string' }, toString: { type: 'object' } },
            },
          },
        },
      ],
    },
  },
  'networking.k8s.io/ipaddresses': { spec: { parentRef: { resource: 'services', name: 'constructor' } } },
  'networking.k8s.io/networkpolicies': { spec: { podSelector: selector } },
  'networking.k8s.io/servicecidrs': { spec: { cidrs: ['10.200.0.0/24'] } },
  'node.k8s.io/runtimeclasses': { handler: 'constructor' },
  'policy/poddisruptionbudgets': { spec: { selector } },
  'scheduling.k8s.io/priorityclasses': { value: 1 },
  limitranges: { spec: { limits: [{ type: 'Container', max: { cpu: '1' } }] } },
  persistentvolumes: {
    spec: { capacity: { storage: '1Gi' }, accessModes: ['ReadWriteOnce'], hostPath: { path: '/x' } },
  },
  persistentvolumeclaims: { spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } } },
  resourcequotas: { spec: { hard: { 'count/constructor.toString': '2' } } },
  'admissionregistration.k8s.io/validatingadmissionpolicies': {
    spec: {
      matchConstraints: {
        resourceRules: [{ operations: ['CREATE'], apiGroups: [''], apiVersions: ['v1'], resources: ['constructor'] }],
      },
      validations: [{ expression: 'true' }],
    },
  },
  'admissionregistration.k8s.io/validatingadmissionpolicybindings': {
    spec: { policyName: 'constructor', validationActions: ['Deny'] },
  },
  'certificates.k8s.io/certificatesigningrequests': {
    spec: {
      request: btoa('-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n-----END CERTIFICATE REQUEST-----\n'),
      signerName: 'example.com/constructor',
      usages: ['client auth'],
    },
  },
  'flowcontrol.apiserver.k8s.io/flowschemas': { spec: { priorityLevelConfiguration: { name: 'constructor' } } },
  'flowcontrol.apiserver.k8s.io/prioritylevelconfigurations': {
    spec: { type: 'Limited', limited: { limitResponse: { type: 'Reject' } } },
  },
  'resource.k8s.io/resourceslices': {
    spec: { driver: 'constructor', allNodes: true, pool: { name: 'toString', generation: 1, resourceSliceCount: 1 } },
  },
  'storage.k8s.io/csidrivers': { spec: {} },
  'storage.k8s.io/csinodes': { spec: { drivers: [{ name: 'constructor', nodeID: 'toString' }] } },
  'storage.k8s.io/csistoragecapacities': { storageClassName: 'constructor' },
  'storage.k8s.io/storageclasses': { provisioner: 'constructor', parameters: mapOf(ALL, 'x') },
  'storage.k8s.io/volumeattachments': {
    spec: { attacher: 'constructor', nodeName: 'constructor', source: { persistentVolumeName: 'constructor' } },
  },
  'storage.k8s.io/volumeattributesclasses': { driverName: 'constructor', parameters: mapOf(ALL, 'x') },
  'rbac.authorization.k8s.io/clusterrolebindings': {
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'constructor' },
  },
  'rbac.authorization.k8s.io/rolebindings': {
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: '__proto__' },
    subjects: [{ kind: 'ServiceAccount', name: 'constructor', namespace: 'work' }],
  },
  'rbac.authorization.k8s.io/clusterroles': {
    rules: [{ apiGroups: [''], resources: ['constructor'], verbs: ['toString'], resourceNames: ['__proto__'] }],
  },
  'rbac.authorization.k8s.io/roles': {
    rules: [{ apiGroups: [''], resources: ['constructor'], verbs: ['toString'], resourceNames: ['__proto__'] }],
  },
  'coordination.k8s.io/leases': { spec: { holderIdentity: 'constructor' } },
  'discovery.k8s.io/endpointslices': {
    addressType: 'IPv4',
    endpoints: [{ addresses: ['10.0.0.1'], deprecatedTopology: { constructor: 'x' } }],
    ports: [{ name: 'constructor', port: 1 }],
  },
};
