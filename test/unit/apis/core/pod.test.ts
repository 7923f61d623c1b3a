import { describe, expect, it } from 'vitest';
import { defaultPullPolicy } from '../../../../src/apis/core/image-pull-policy.ts';
import { pods } from '../../../../src/apis/core/pod.ts';
import { qosClass } from '../../../../src/apis/core/qos-class.ts';
import type { UnknownObject } from '../../../../src/meta/object.ts';
import { ago, CONTEXT, cells, defaulted, type Manifest, NOW, prepared } from '../support.ts';

function pod(spec: object, status: object = {}, metadata: object = {}): Manifest {
  return {
    metadata: { name: 'web', namespace: 'default', creationTimestamp: ago(90), ...metadata },
    spec,
    status,
  } as Manifest;
}

describe('defaults of a pod', () => {
  it('are upstream’s for the smallest manifest', () => {
    expect(defaulted(pods, pod({ containers: [{ name: 'c', image: 'nginx' }] })).spec).toEqual({
      containers: [
        {
          name: 'c',
          image: 'nginx',
          imagePullPolicy: 'Always',
          resources: {},
          terminationMessagePath: '/dev/termination-log',
          terminationMessagePolicy: 'File',
        },
      ],
      dnsPolicy: 'ClusterFirst',
      enableServiceLinks: true,
      restartPolicy: 'Always',
      schedulerName: 'default-scheduler',
      securityContext: {},
      terminationGracePeriodSeconds: 30,
    });
  });

  it('reach into probes, ports, environment and volumes', () => {
    const { spec } = defaulted(
      pods,
      pod({
        containers: [
          {
            name: 'c',
            image: 'nginx:1.27',
            ports: [{ containerPort: 80 }],
            livenessProbe: { httpGet: { port: 80 } },
            readinessProbe: { grpc: { port: 9000 }, periodSeconds: 5 },
            lifecycle: { preStop: { httpGet: { port: 80, path: '/stop' } } },
            env: [
              { name: 'IP', valueFrom: { fieldRef: { fieldPath: 'status.podIP' } } },
              { name: 'CPU', valueFrom: { resourceFieldRef: { resource: 'limits.cpu' } } },
            ],
          },
        ],
        volumes: [
          { name: 'empty' },
          { name: 'config', configMap: { name: 'x' } },
          { name: 'host', hostPath: { path: '/data' } },
          { name: 'all', projected: { sources: [{ serviceAccountToken: { path: 'token' } }] } },
          { name: 'image', image: { reference: 'data:v1' } },
        ],
      }),
    );
    const [container] = spec.containers;
    expect(container.imagePullPolicy).toBe('IfNotPresent');
    expect(container.ports).toEqual([{ containerPort: 80, protocol: 'TCP' }]);
    expect(container.livenessProbe).toEqual({
      httpGet: { port: 80, path: '/', scheme: 'HTTP' },
      timeoutSeconds: 1,
      periodSeconds: 10,
      successThreshold: 1,
      failureThreshold: 3,
    });
    expect(container.readinessProbe).toMatchObject({ grpc: { port: 9000, service: '' }, periodSeconds: 5 });
    expect(container.lifecycle.preStop.httpGet).toEqual({ port: 80, path: '/stop', scheme: 'HTTP' });
    expect(container.env[0].valueFrom.fieldRef.apiVersion).toBe('v1');
    expect(container.env[1].valueFrom.resourceFieldRef.divisor).toBe('0');
    expect(spec.volumes).toEqual([
      { name: 'empty', emptyDir: {} },
      { name: 'config', configMap: { name: 'x', defaultMode: 420 } },
      { name: 'host', hostPath: { path: '/data', type: '' } },
      {
        name: 'all',
        projected: { defaultMode: 420, sources: [{ serviceAccountToken: { path: 'token', expirationSeconds: 3600 } }] },
      },
      { name: 'image', image: { reference: 'data:v1', pullPolicy: 'IfNotPresent' } },
    ]);
  });

  it('make requests of limits, resource by resource', () => {
    const { spec } = defaulted(
      pods,
      pod({
        containers: [
          { name: 'c', resources: { limits: { cpu: '1', memory: '64Mi' }, requests: { cpu: '100m' } } },
          { name: 'd', resources: { requests: { cpu: '1' } } },
        ],
      }),
    );
    expect(spec.containers[0].resources.requests).toEqual({ cpu: '100m', memory: '64Mi' });
    expect(spec.containers[1].resources).toEqual({ requests: { cpu: '1' } });
  });

  it('make requests of the pod of those of its containers, or else of its limits', () => {
    const { spec } = defaulted(
      pods,
      pod({
        resources: { limits: { cpu: '2', memory: '1Gi' } },
        containers: [
          { name: 'c', resources: { requests: { cpu: '250m' } } },
          { name: 'd', resources: { requests: { cpu: '500m' } } },
        ],
      }),
    );
    expect(spec.resources.requests).toEqual({ cpu: '750m', memory: '1Gi' });
  });

  it('bind ports to the host with hostNetwork, and keep both names of the service account equal', () => {
    const { spec } = defaulted(
      pods,
      pod({
        hostNetwork: true,
        serviceAccount: 'builder',
        containers: [{ name: 'c', ports: [{ containerPort: 80 }] }],
      }),
    );
    expect(spec.containers[0].ports[0].hostPort).toBe(80);
    expect(spec).toMatchObject({ serviceAccount: 'builder', serviceAccountName: 'builder' });
  });

  it('change nothing when applied again', () => {
    const once = defaulted(pods, pod({ containers: [{ name: 'c', image: 'nginx' }], volumes: [{ name: 'v' }] }));
    expect(defaulted(pods, once)).toEqual(once);
  });
});

describe('the pull policy of an image', () => {
  it.each([
    ['nginx', 'Always'],
    ['nginx:latest', 'Always'],
    ['nginx:1.27', 'IfNotPresent'],
    ['registry.local:5000/nginx', 'Always'],
    ['registry.local:5000/nginx:v1', 'IfNotPresent'],
    [`nginx@sha256:${'0'.repeat(64)}`, 'IfNotPresent'],
    [`nginx:latest@sha256:${'0'.repeat(64)}`, 'Always'],
  ])('%s is %s', (image, policy) => {
    expect(defaultPullPolicy(image)).toBe(policy);
  });
});

describe('creating a pod', () => {
  it('starts it as pending with its quality of service', () => {
    expect(prepared(pods, pod({ containers: [{ name: 'c' }] })).status).toEqual({
      phase: 'Pending',
      qosClass: 'BestEffort',
    });
  });

  it('says that gates keep it from the scheduler', () => {
    const { status } = prepared(pods, pod({ containers: [{ name: 'c' }], schedulingGates: [{ name: 'g' }] }));
    expect(status.conditions).toMatchObject([{ type: 'PodScheduled', status: 'False', reason: 'SchedulingGated' }]);
  });
});

describe('label keys of a created pod', () => {
  it('become requirements on the values that its labels have', () => {
    const term = {
      topologyKey: 'zone',
      labelSelector: { matchLabels: { app: 'a' } },
      matchLabelKeys: ['hash', 'none'],
    };
    const spread = { maxSkew: 1, topologyKey: 'zone', whenUnsatisfiable: 'DoNotSchedule', matchLabelKeys: ['hash'] };
    const { spec } = prepared(
      pods,
      pod(
        {
          containers: [],
          affinity: {
            podAntiAffinity: {
              requiredDuringSchedulingIgnoredDuringExecution: [{ ...term, mismatchLabelKeys: ['team'] }],
            },
          },
          topologySpreadConstraints: [{ ...spread, labelSelector: {} }, spread],
        },
        {},
        { labels: { hash: 'h1', team: 'x' } },
      ),
    );
    const [required] = spec.affinity.podAntiAffinity.requiredDuringSchedulingIgnoredDuringExecution;
    expect(required.labelSelector).toEqual({
      matchLabels: { app: 'a' },
      matchExpressions: [
        { key: 'hash', operator: 'In', values: ['h1'] },
        { key: 'team', operator: 'NotIn', values: ['x'] },
      ],
    });
    expect(spec.topologySpreadConstraints[0].labelSelector).toEqual({
      matchExpressions: [{ key: 'hash', operator: 'In', values: ['h1'] }],
    });
    expect(spec.topologySpreadConstraints[1]).not.toHaveProperty('labelSelector');
  });
});

describe('a new status', () => {
  it('keeps what writers may leave out', () => {
    const ready = { type: 'Ready', status: 'True' };
    const old = pod(
      {},
      { qosClass: 'Burstable', observedGeneration: 2, conditions: [{ ...ready, observedGeneration: 2 }] },
    );
    const changed = pod({}, { phase: 'Running', conditions: [ready, { type: 'New', status: 'True' }] });
    pods.strategy.prepareForStatusUpdate?.(CONTEXT, changed, old);
    expect(changed.status).toEqual({
      phase: 'Running',
      qosClass: 'Burstable',
      observedGeneration: 2,
      conditions: [
        { ...ready, observedGeneration: 2 },
        { type: 'New', status: 'True' },
      ],
    });
  });
});

describe('quality of service', () => {
  const both = { cpu: '1', memory: '1Gi' };
  it.each([
    ['BestEffort', [{ resources: {} }, {}]],
    ['Guaranteed', [{ resources: { limits: both, requests: { cpu: '1000m', memory: '1024Mi' } } }]],
    ['Burstable', [{ resources: { limits: both, requests: both } }, {}]],
    ['Burstable', [{ resources: { limits: both, requests: { cpu: '500m', memory: '1Gi' } } }]],
    ['Burstable', [{ resources: { requests: { memory: '1Mi' } } }]],
    ['BestEffort', [{ resources: { requests: { 'example.com/gpu': '1' } } }]],
  ] as const)('is %s for %j', (expected, containers) => {
    expect(qosClass({ containers: containers.map((each, index) => ({ name: `c${index}`, ...each })) })).toBe(expected);
  });
});

describe('the grace period of a deletion', () => {
  const period = (object: Manifest, requested?: number) =>
    pods.strategy.deletionGracePeriodSeconds?.(object as UnknownObject, requested);
  const running = pod({ nodeName: 'n', terminationGracePeriodSeconds: 45, containers: [] }, { phase: 'Running' });

  it('is the pod’s own, or what was asked', () => {
    expect(period(running)).toBe(45);
    expect(period(running, 5)).toBe(5);
    expect(period(running, 0)).toBe(0);
  });

  it('is none for a pod that runs nowhere', () => {
    expect(period(pod({ containers: [] }, { phase: 'Pending' }), 30)).toBe(0);
    expect(period(pod({ nodeName: 'n', containers: [] }, { phase: 'Succeeded' }), 30)).toBe(0);
  });
});

describe('warnings of a pod', () => {
  const warnings = (spec: object, old?: Manifest) =>
    pods.strategy.warnings?.(defaulted(pods, pod(spec)), old as UnknownObject | undefined);

  it('name variables and ports that hide others', () => {
    const spec = {
      containers: [
        {
          name: 'c',
          env: [
            { name: 'A', value: '1' },
            { name: 'A', value: '2' },
            { name: 'A', value: '$(A)3' },
          ],
          ports: [{ containerPort: 80 }, { containerPort: 80, name: 'again' }],
        },
      ],
    };
    expect(warnings(spec)).toEqual([
      'spec.containers[0].env[1]: hides previous definition of "A", which may be dropped when using apply',
      'spec.containers[0].ports[1]: duplicate port definition with spec.containers[0].ports[0]',
    ]);
    expect(warnings(spec, pod(spec))).toEqual([]);
  });

  it('name fractions of bytes and deprecated volumes', () => {
    expect(
      warnings({
        containers: [{ name: 'c', resources: { limits: { memory: '100m' } } }],
        volumes: [{ name: 'v', gitRepo: { repository: 'x' } }],
      }),
    ).toEqual([
      'spec.volumes[0].gitRepo: deprecated in v1.11, and disabled by default in v1.33+',
      'spec.containers[0].resources.limits[memory]: fractional byte value "100m" is invalid, must be an integer',
      'spec.containers[0].resources.requests[memory]: fractional byte value "100m" is invalid, must be an integer',
    ]);
  });
});

describe('columns of a pod', () => {
  const two = { containers: [{ name: 'a' }, { name: 'b' }] };
  const running = { ready: true, restartCount: 0, state: { running: { startedAt: ago(60) } } };

  it('show a running pod', () => {
    const shown = cells(
      pods,
      pod(
        { ...two, nodeName: 'node-1', readinessGates: [{ conditionType: 'example.com/lb' }] },
        {
          phase: 'Running',
          podIP: '10.244.0.5',
          podIPs: [{ ip: '10.244.0.5' }],
          containerStatuses: [
            { name: 'a', ...running },
            { name: 'b', ...running, ready: false },
          ],
        },
      ),
    );
    expect(shown).toEqual({
      Ready: '1/2',
      Status: 'Running',
      Restarts: '0',
      Age: '90s',
      IP: '10.244.0.5',
      Node: 'node-1',
      'Nominated Node': '<none>',
      'Readiness Gates': '0/1',
    });
  });

  it('show how often and when containers restarted', () => {
    const crashed = {
      name: 'a',
      ready: false,
      restartCount: 5,
      state: { waiting: { reason: 'CrashLoopBackOff' } },
      lastState: { terminated: { exitCode: 1, finishedAt: ago(180) } },
    };
    const shown = cells(pods, pod({ containers: [{ name: 'a' }] }, { phase: 'Running', containerStatuses: [crashed] }));
    expect(shown).toMatchObject({ Ready: '0/1', Status: 'CrashLoopBackOff', Restarts: '5 (3m ago)' });
  });

  it.each([
    ['Pending', pod(two, { phase: 'Pending' })],
    ['Evicted', pod(two, { phase: 'Failed', reason: 'Evicted' })],
    [
      'SchedulingGated',
      pod(two, {
        phase: 'Pending',
        conditions: [{ type: 'PodScheduled', status: 'False', reason: 'SchedulingGated' }],
      }),
    ],
    ['Terminating', pod(two, { phase: 'Running' }, { deletionTimestamp: ago(1) })],
    ['Unknown', pod(two, { phase: 'Running', reason: 'NodeLost' }, { deletionTimestamp: ago(1) })],
    [
      'Completed',
      pod(two, {
        phase: 'Succeeded',
        containerStatuses: [{ name: 'a', state: { terminated: { exitCode: 0, reason: 'Completed' } } }],
      }),
    ],
    [
      'NotReady',
      pod(two, {
        phase: 'Running',
        containerStatuses: [
          { name: 'a', state: { terminated: { exitCode: 0, reason: 'Completed' } } },
          { name: 'b', ...running },
        ],
      }),
    ],
    [
      'ExitCode:3',
      pod(two, { phase: 'Failed', containerStatuses: [{ name: 'a', state: { terminated: { exitCode: 3 } } }] }),
    ],
    [
      'Signal:9',
      pod(two, {
        phase: 'Failed',
        containerStatuses: [{ name: 'a', state: { terminated: { exitCode: 137, signal: 9 } } }],
      }),
    ],
    [
      'Init:1/2',
      pod(
        { ...two, initContainers: [{ name: 'x' }, { name: 'y' }] },
        {
          phase: 'Pending',
          initContainerStatuses: [
            { name: 'x', state: { terminated: { exitCode: 0 } } },
            { name: 'y', state: { running: {} } },
          ],
        },
      ),
    ],
    [
      'Init:ImagePullBackOff',
      pod(
        { ...two, initContainers: [{ name: 'x' }] },
        {
          phase: 'Pending',
          initContainerStatuses: [{ name: 'x', state: { waiting: { reason: 'ImagePullBackOff' } } }],
        },
      ),
    ],
  ])('say %s', (expected, object) => {
    expect(cells(pods, object).Status).toBe(expected);
  });

  it('count sidecars as containers', () => {
    const shown = cells(
      pods,
      pod(
        { containers: [{ name: 'a' }], initContainers: [{ name: 's', restartPolicy: 'Always' }] },
        {
          phase: 'Running',
          initContainerStatuses: [{ name: 's', ...running, started: true, restartCount: 2 }],
          containerStatuses: [{ name: 'a', ...running }],
        },
      ),
    );
    expect(shown).toMatchObject({ Ready: '2/2', Status: 'Running', Restarts: '2' });
  });

  it('are unknown for an age that is not there', () => {
    expect(cells(pods, { metadata: { name: 'x' } }, NOW).Age).toBe('<unknown>');
  });
});

describe('fields that select pods', () => {
  it('have values for a pod of which nothing is set', () => {
    const fields = Object.entries(pods.selectableFields ?? {}).map(([field, value]) => [
      field,
      value(pod({ containers: [] }) as UnknownObject),
    ]);
    expect(Object.fromEntries(fields)).toEqual({
      'spec.nodeName': '',
      'spec.restartPolicy': '',
      'spec.schedulerName': '',
      'spec.serviceAccountName': '',
      'spec.hostNetwork': 'false',
      'status.phase': '',
      'status.podIP': '',
      'status.nominatedNodeName': '',
    });
  });
});

describe('validation of a created pod', () => {
  it('is wired to the strategy', () => {
    const created = prepared(pods, pod({ containers: [] }), CONTEXT);
    const errors = pods.strategy.validate?.(created) ?? [];
    expect(errors.map(({ field, message }) => `${field}: ${message}`)).toEqual(['spec.containers: Required value']);
  });
});
