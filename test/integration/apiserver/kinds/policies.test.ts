import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startWiredApi, type WiredApi } from '../../../support/wired-api.ts';
import { labels, rowOf, selector, testKind } from './kind-cases.ts';

let api: WiredApi;
beforeAll(async () => {
  api = await startWiredApi();
});
afterAll(() => api?.close());
const networking = (resource: string, namespace = 'namespaces/default/') =>
  `/apis/networking.k8s.io/v1/${namespace}${resource}`;

describe('networking.k8s.io/v1', () => {
  testKind(() => api, 'NetworkPolicy', {
    path: networking('networkpolicies'),
    manifest: {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'NetworkPolicy',
      metadata: { name: 'db' },
      spec: {
        podSelector: { matchLabels: { role: 'db' } },
        ingress: [
          {
            from: [{ ipBlock: { cidr: '172.17.0.0/16', except: ['172.17.1.0/24'] } }, { podSelector: selector }],
            ports: [{ port: 6379 }],
          },
        ],
        egress: [{ to: [{ ipBlock: { cidr: '10.0.0.0/24' } }], ports: [{ port: 32000, endPort: 32768 }] }],
      },
    },
    stored: {
      metadata: { generation: 1 },
      spec: { policyTypes: ['Ingress', 'Egress'], ingress: [{ ports: [{ port: 6379, protocol: 'TCP' }] }] },
    },
    row: { Name: 'db', 'Pod-Selector': 'role=db' },
    twins: [
      [({ spec }) => Object.assign(spec, { policyTypes: ['Both'] }), 'spec.policyTypes[0]: Unsupported value: "Both"'],
      [({ spec }) => spec.ingress[0].from.push({}), 'spec.ingress[0].from[2]: Required value: must specify a peer'],
      [
        ({ spec }) => Object.assign(spec.ingress[0].from[0], { podSelector: selector }),
        'spec.ingress[0].from[0]: Forbidden: may not specify both ipBlock and another peer',
      ],
      [
        ({ spec }) => Object.assign(spec.ingress[0].from[0].ipBlock, { except: ['172.0.0.0/8'] }),
        'spec.ingress[0].from[0].ipBlock.except[0]: Invalid value: "172.0.0.0/8": must be a strict subset of `cidr`',
      ],
      [
        ({ spec }) => Object.assign(spec.egress[0].ports[0], { endPort: 1 }),
        'spec.egress[0].ports[0].endPort: Invalid value: 1: must be greater than or equal to `port`',
      ],
      [
        ({ spec }) => Object.assign(spec.egress[0].ports[0], { port: 'http' }),
        'spec.egress[0].ports[0].endPort: Invalid value: 32768: may not be specified when `port` is non-numeric',
      ],
      [
        ({ spec }) => Object.assign(spec.egress[0].to[0].ipBlock, { cidr: '10.0.0.0' }),
        'spec.egress[0].to[0].ipBlock.cidr: Invalid value: "10.0.0.0"',
      ],
    ],
  });

  testKind(() => api, 'Ingress', {
    path: networking('ingresses'),
    manifest: {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'Ingress',
      metadata: { name: 'minimal' },
      spec: {
        ingressClassName: 'nginx',
        tls: [{ hosts: ['a.example.com'], secretName: 'cert' }],
        rules: [
          {
            host: 'a.example.com',
            http: {
              paths: [{ path: '/', pathType: 'Prefix', backend: { service: { name: 'web', port: { number: 80 } } } }],
            },
          },
        ],
      },
    },
    stored: { metadata: { generation: 1 }, status: { loadBalancer: {} } },
    row: { Class: 'nginx', Hosts: 'a.example.com', Address: '', Ports: '80, 443' },
    status: { loadBalancer: { ingress: [{ ip: '192.0.2.1' }] } },
    twins: [
      [
        (ingress) => Object.assign(ingress, { spec: {} }),
        'spec: Invalid value: []: either `defaultBackend` or `rules` must be specified',
      ],
      [
        ({ spec }) => delete spec.rules[0].http.paths[0].pathType,
        'pathType: Required value: pathType must be specified',
      ],
      [
        ({ spec }) => Object.assign(spec.rules[0].http.paths[0], { path: 'x' }),
        'spec.rules[0].http.paths[0].path: Invalid value: "x": must be an absolute path',
      ],
      [({ spec }) => Object.assign(spec.rules[0].http.paths[0], { path: '/a//b' }), `must not contain '//'`],
      [
        ({ spec }) => Object.assign(spec.rules[0], { host: '1.2.3.4' }),
        'spec.rules[0].host: Invalid value: "1.2.3.4": must be a DNS name, not an IP address',
      ],
      [
        ({ spec }) => Object.assign(spec.rules[0], { host: '*.*.com' }),
        'a wildcard DNS-1123 subdomain must start with',
      ],
      [
        ({ spec }) => Object.assign(spec.rules[0].http.paths[0].backend.service, { port: {} }),
        'spec.rules[0].http.paths[0].backend: Required value: port name or number is required',
      ],
      [
        ({ spec }) => Object.assign(spec.rules[0].http.paths[0], { backend: {} }),
        'spec.rules[0].http.paths[0].backend: Invalid value: "": resource or service backend is required',
      ],
      [
        ({ metadata }) => Object.assign(metadata, { annotations: { 'kubernetes.io/ingress.class': 'x' } }),
        'can not be set when the class field is also set',
      ],
    ],
  });

  testKind(() => api, 'IngressClass', {
    path: networking('ingressclasses', ''),
    manifest: {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'IngressClass',
      metadata: { name: 'external-lb' },
      spec: {
        controller: 'example.com/ingress-controller',
        parameters: { apiGroup: 'k8s.example.com', kind: 'IngressParameters', name: 'external-lb' },
      },
    },
    stored: { metadata: { generation: 1 }, spec: { parameters: { scope: 'Cluster' } } },
    row: { Controller: 'example.com/ingress-controller', Parameters: 'IngressParameters.k8s.example.com/external-lb' },
    frozen: [
      [
        ({ spec }) => Object.assign(spec, { controller: 'example.com/b' }),
        'spec.controller: Invalid value: "example.com/b": field is immutable',
      ],
    ],
    twins: [
      [
        ({ spec }) => Object.assign(spec, { controller: 'x' }),
        'must be a domain-prefixed path (such as "acme.io/foo")',
      ],
      [
        ({ spec }) => Object.assign(spec.parameters, { scope: 'Namespace' }),
        "spec.parameters.namespace: Required value: `parameters.scope` is set to 'Namespace'",
      ],
      [
        ({ spec }) => Object.assign(spec.parameters, { namespace: 'x' }),
        "spec.parameters.namespace: Forbidden: `parameters.scope` is set to 'Cluster'",
      ],
    ],
  });

  testKind(() => api, 'ServiceCIDR', {
    path: networking('servicecidrs', ''),
    manifest: {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'ServiceCIDR',
      metadata: { name: 'more' },
      spec: { cidrs: ['10.200.0.0/24'] },
    },
    row: { CIDRs: '10.200.0.0/24' },
    frozen: [[({ spec }) => Object.assign(spec, { cidrs: ['10.201.0.0/24'] }), 'field is immutable']],
    twins: [
      [({ spec }) => Object.assign(spec, { cidrs: [] }), 'spec.cidrs: Required value: at least one CIDR required'],
      [
        ({ spec }) => Object.assign(spec, { cidrs: ['10.0.0.0/24', '10.1.0.0/24'] }),
        'may specify no more than one IP for each IP family',
      ],
    ],
  });

  testKind(() => api, 'IPAddress', {
    path: networking('ipaddresses', ''),
    manifest: {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'IPAddress',
      metadata: { name: '10.200.0.7' },
      spec: { parentRef: { resource: 'services', namespace: 'default', name: 'web' } },
    },
    row: { ParentRef: 'services/default/web' },
    frozen: [[({ spec }) => Object.assign(spec.parentRef, { name: 'b' }), 'field is immutable']],
    twins: [
      [({ metadata }) => Object.assign(metadata, { name: 'x' }), 'must be a valid IP address'],
      [({ spec }) => delete spec.parentRef, 'spec.parentRef: Required value'],
    ],
  });
});

describe('policy/v1', () => {
  testKind(() => api, 'PodDisruptionBudget', {
    path: '/apis/policy/v1/namespaces/default/poddisruptionbudgets',
    manifest: {
      apiVersion: 'policy/v1',
      kind: 'PodDisruptionBudget',
      metadata: { name: 'zk' },
      spec: { minAvailable: '50%', selector },
    },
    stored: { metadata: { generation: 1 } },
    row: { 'Min Available': '50%', 'Max Unavailable': 'N/A', 'Allowed Disruptions': 0 },
    status: { disruptionsAllowed: 1, currentHealthy: 3, desiredHealthy: 2, expectedPods: 3 },
    twins: [
      [({ spec }) => Object.assign(spec, { maxUnavailable: 1 }), 'minAvailable and maxUnavailable cannot be both set'],
      [
        ({ spec }) => Object.assign(spec, { minAvailable: '101%' }),
        'spec.minAvailable: Invalid value: "101%": must not be greater than 100%',
      ],
      [
        ({ spec }) => Object.assign(spec, { minAvailable: -1 }),
        'spec.minAvailable: Invalid value: -1: must be greater than or equal to 0',
      ],
      [
        ({ spec }) => Object.assign(spec, { unhealthyPodEvictionPolicy: 'x' }),
        'spec.unhealthyPodEvictionPolicy: Unsupported value: "x": supported values: "AlwaysAllow", "IfHealthyBudget"',
      ],
    ],
  });

  test('the selector of a budget is replaced, not merged', async () => {
    const path = '/apis/policy/v1/namespaces/default/poddisruptionbudgets';
    await api.admin('POST', path, { body: { metadata: { name: 'merged' }, spec: { maxUnavailable: 1, selector } } });
    const { body } = await api.admin('PATCH', `${path}/merged`, {
      body: { spec: { selector: { matchLabels: { other: 'x' } } } },
      headers: { 'content-type': 'application/strategic-merge-patch+json' },
    });
    expect(body.spec.selector).toEqual({ matchLabels: { other: 'x' } });
  });
});

describe('scheduling.k8s.io/v1 and node.k8s.io/v1', () => {
  testKind(() => api, 'PriorityClass', {
    path: '/apis/scheduling.k8s.io/v1/priorityclasses',
    manifest: {
      apiVersion: 'scheduling.k8s.io/v1',
      kind: 'PriorityClass',
      metadata: { name: 'high-priority' },
      value: 1_000_000,
      description: 'For XYZ service pods only.',
    },
    stored: { metadata: { generation: 1 }, preemptionPolicy: 'PreemptLowerPriority' },
    row: { Value: 1_000_000, 'Global-Default': false, PreemptionPolicy: 'PreemptLowerPriority' },
    frozen: [
      [(object) => Object.assign(object, { value: 5 }), 'value: Forbidden: may not be changed in an update.'],
      [
        (object) => Object.assign(object, { preemptionPolicy: 'Never' }),
        'preemptionPolicy: Invalid value: "Never": field is immutable',
      ],
    ],
    twins: [
      [
        (object) => Object.assign(object, { value: 2_000_000_000 }),
        'value: Forbidden: maximum allowed value of a user defined priority is 1000000000',
      ],
      [
        ({ metadata }) => Object.assign(metadata, { name: 'system-x' }),
        "priority class names with 'system-' prefix are reserved for system use only. error: system-x is not a known system priority class",
      ],
      [
        (object) => Object.assign(object, { preemptionPolicy: 'x' }),
        'preemptionPolicy: Unsupported value: "x": supported values: "PreemptLowerPriority", "Never"',
      ],
    ],
  });

  testKind(() => api, 'RuntimeClass', {
    path: '/apis/node.k8s.io/v1/runtimeclasses',
    manifest: { apiVersion: 'node.k8s.io/v1', kind: 'RuntimeClass', metadata: { name: 'gvisor' }, handler: 'runsc' },
    row: { Handler: 'runsc' },
    frozen: [
      [(object) => Object.assign(object, { handler: 'kata' }), 'handler: Invalid value: "kata": field is immutable'],
    ],
    twins: [
      [
        (object) => Object.assign(object, { handler: 'No' }),
        'handler: Invalid value: "No": a lowercase RFC 1123 label must',
      ],
      [
        (object) => Object.assign(object, { overhead: { podFixed: { cpu: '-1' } } }),
        'must be greater than or equal to 0',
      ],
    ],
  });
});

describe('autoscaling', () => {
  const path = (version: string) => `/apis/autoscaling/${version}/namespaces/default/horizontalpodautoscalers`;
  const scaleTargetRef = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'php-apache' };
  testKind(() => api, 'HorizontalPodAutoscaler of v2', {
    path: path('v2'),
    manifest: {
      apiVersion: 'autoscaling/v2',
      kind: 'HorizontalPodAutoscaler',
      metadata: { name: 'php-apache' },
      spec: {
        scaleTargetRef,
        minReplicas: 1,
        maxReplicas: 10,
        metrics: [
          { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 50 } } },
          { type: 'Pods', pods: { metric: { name: 'packets' }, target: { type: 'AverageValue', averageValue: '1k' } } },
        ],
        behavior: { scaleDown: { stabilizationWindowSeconds: 60 } },
      },
    },
    stored: {
      spec: {
        behavior: {
          scaleUp: { selectPolicy: 'Max', stabilizationWindowSeconds: 0 },
          scaleDown: { policies: [{ type: 'Percent', value: 100, periodSeconds: 15 }], selectPolicy: 'Max' },
        },
      },
    },
    row: {
      Reference: 'Deployment/php-apache',
      Targets: 'cpu: <unknown>/50%, <unknown>/1k',
      MinPods: '1',
      MaxPods: 10,
      Replicas: 0,
    },
    status: { currentReplicas: 1, desiredReplicas: 2 },
    twins: [
      [
        ({ spec }) => Object.assign(spec, { maxReplicas: 0 }),
        'spec.maxReplicas: Invalid value: 0: must be greater than 0',
      ],
      [({ spec }) => Object.assign(spec, { minReplicas: 20 }), 'must be greater than or equal to `minReplicas`'],
      [
        ({ spec }) => Object.assign(spec, { minReplicas: 0 }),
        'spec.minReplicas: Invalid value: 0: must be greater than or equal to 1',
      ],
      [({ spec }) => delete spec.scaleTargetRef.kind, 'spec.scaleTargetRef.kind: Required value'],
      [
        ({ spec }) => Object.assign(spec.metrics[0], { type: 'Object' }),
        'spec.metrics[0].object: Required value: must populate information for the given metric source',
      ],
      [
        ({ spec }) => Object.assign(spec.metrics[0].resource, { target: { type: 'Utilization' } }),
        'must set either a target raw value or a target utilization',
      ],
      [
        ({ spec }) => Object.assign(spec.behavior, { scaleUp: { stabilizationWindowSeconds: 4000 } }),
        'must be less than or equal to 3600',
      ],
    ],
  });

  testKind(() => api, 'HorizontalPodAutoscaler of v1', {
    path: path('v1'),
    manifest: {
      apiVersion: 'autoscaling/v1',
      kind: 'HorizontalPodAutoscaler',
      metadata: { name: 'old' },
      spec: { scaleTargetRef, maxReplicas: 3, targetCPUUtilizationPercentage: 70 },
    },
    stored: { spec: { minReplicas: 1, targetCPUUtilizationPercentage: 70 } },
    row: { Targets: 'cpu: <unknown>/70%', MinPods: '1', MaxPods: 3 },
    status: { currentReplicas: 1, desiredReplicas: 2, currentCPUUtilizationPercentage: 30 },
    twins: [
      [
        ({ spec }) => Object.assign(spec, { maxReplicas: 0 }),
        'spec.maxReplicas: Invalid value: 0: must be greater than 0',
      ],
    ],
  });

  test('what one version cannot say goes through it unharmed', async () => {
    const metrics = [
      { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 50 } } },
      { type: 'Resource', resource: { name: 'memory', target: { type: 'AverageValue', averageValue: '1Gi' } } },
    ];
    const spec = { scaleTargetRef, maxReplicas: 4, metrics };
    await api.admin('POST', path('v2'), { body: { metadata: { name: 'both', labels }, spec } });
    const old = await api.admin('GET', `${path('v1')}/both`);
    expect(old.body.spec).toMatchObject({ targetCPUUtilizationPercentage: 50 });
    expect(JSON.parse(old.body.metadata.annotations['autoscaling.alpha.kubernetes.io/metrics'])).toEqual([metrics[1]]);
    old.body.spec.targetCPUUtilizationPercentage = 60;
    expect((await api.admin('PUT', `${path('v1')}/both`, { body: old.body })).status).toBe(200);
    const { body } = await api.admin('GET', `${path('v2')}/both`);
    expect(body.spec.metrics).toEqual([
      { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 60 } } },
      metrics[1],
    ]);
    expect(body.metadata.annotations).toBeUndefined();
    expect(await rowOf(api, `${path('v1')}/both`)).toMatchObject({
      Targets: 'cpu: <unknown>/60%, memory: <unknown>/1Gi',
    });
    const discovery = (await api.admin('GET', '/apis/autoscaling')).body;
    expect(discovery.preferredVersion.version).toBe('v2');
  });
});
