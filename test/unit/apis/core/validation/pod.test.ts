import { describe, expect, test } from 'vitest';
import {
  validatePod,
  validatePodCreate,
  validatePodTemplateSpec,
} from '../../../../../src/apis/core/validation/pod.ts';
import { path } from '../../../../../src/meta/field-error.ts';
import { container, pod, podSpec, rendered } from './pods.ts';

const faultsOf = (fields: Record<string, unknown>) => rendered(validatePod(pod(fields)));
const faultsIn = (fields: Record<string, unknown>) => faultsOf({ containers: [container(fields)] });

describe('a pod', () => {
  test('with one container and defaults is valid', () => {
    expect(faultsOf({})).toEqual([]);
  });

  test('that is empty is told everything it lacks', () => {
    expect(rendered(validatePod({ metadata: { name: 'web' } }))).toEqual([
      'spec.terminationGracePeriodSeconds: Required value',
      'spec.containers: Required value',
      'spec.restartPolicy: Required value',
      'spec.dnsPolicy: Required value',
    ]);
  });

  test.each([
    [
      { restartPolicy: 'Sometimes' },
      'spec.restartPolicy: Unsupported value: "Sometimes": supported values: "Always", "OnFailure", "Never"',
    ],
    [
      { dnsPolicy: 'Magic' },
      'spec.dnsPolicy: Unsupported value: "Magic": supported values: "ClusterFirstWithHostNet", "ClusterFirst", "Default", "None"',
    ],
    [
      { activeDeadlineSeconds: 0 },
      'spec.activeDeadlineSeconds: Invalid value: 0: must be between 1 and 2147483647, inclusive',
    ],
    [{ dnsPolicy: 'None' }, 'spec.dnsConfig: Required value: must provide `dnsConfig` when `dnsPolicy` is None'],
    [
      { dnsConfig: { nameservers: ['one'] } },
      'spec.dnsConfig.nameservers[0]: Invalid value: "one": must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)',
    ],
    [
      { hostAliases: [{ ip: '10.0.0.1', hostnames: ['a'] }, { hostnames: [] }] },
      'spec.hostAliases[1].ip: Invalid value: "": must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)',
    ],
    [{ hostUsers: false, hostNetwork: true }, 'spec.hostNetwork: Forbidden: when `pod.Spec.HostUsers` is false'],
    [{ schedulingGates: [{ name: 'a' }, { name: 'a' }] }, 'spec.schedulingGates[1]: Duplicate value: "a"'],
    [{ os: { name: 'plan9' } }, 'spec.os: Unsupported value: "plan9": supported values: "linux", "windows"'],
    [
      { os: { name: 'windows' }, securityContext: { runAsUser: 1 } },
      'spec.securityContext.runAsUser: Forbidden: cannot be set for a windows pod',
    ],
    [
      { shareProcessNamespace: true, hostPID: true },
      'spec.securityContext.shareProcessNamespace: Invalid value: true: ShareProcessNamespace and HostPID cannot both be enabled',
    ],
    [
      { securityContext: { runAsUser: -1 } },
      'spec.securityContext.runAsUser: Invalid value: -1: must be between 0 and 2147483647, inclusive',
    ],
    [
      { securityContext: { sysctls: [{ name: 'net.core.somaxconn', value: '1' }] }, hostNetwork: true },
      'spec.securityContext.sysctls[0].name: Invalid value: "net.core.somaxconn": may not be specified when \'hostNetwork\' is true',
    ],
    [
      { securityContext: { seccompProfile: { type: 'Localhost' } } },
      'spec.securityContext.seccompProfile.localhostProfile: Required value: must be set when seccomp type is Localhost',
    ],
  ])('%j is refused', (fields, message) => {
    expect(faultsOf(fields)).toEqual([message]);
  });

  test('on the host network must publish the ports it listens on', () => {
    const ports = [{ containerPort: 80, protocol: 'TCP' }];
    const message =
      'spec.containers[0].ports[0].hostPort: Invalid value: 0: must match `containerPort` when `hostNetwork` is true';
    expect(faultsOf({ hostNetwork: true, containers: [container({ ports })] })).toEqual([message]);
  });

  test('may not request less for itself than its containers do, sidecars included', () => {
    const requesting = (name: string, cpu: string, more = {}) =>
      container({ name, resources: { requests: { cpu } }, ...more });
    const containers = [requesting('app', '300m')];
    const sidecar = requesting('proxy', '200m', { restartPolicy: 'Always' });
    const setup = requesting('setup', '350m');
    const spec = { containers, initContainers: [sidecar, setup] };
    expect(faultsOf({ ...spec, resources: { requests: { cpu: '550m' } } })).toEqual([]);
    expect(faultsOf({ ...spec, resources: { requests: { cpu: '500m' } } })).toEqual([
      'spec.resources.requests[cpu]: Invalid value: "500m": must be greater than or equal to aggregate container requests of 550m',
    ]);
  });

  test('may be wrong in names that every object has as properties, and is told so', () => {
    const containers = [container({ resources: { requests: { constructor: '1' }, limits: { toString: '1' } } })];
    const errors = faultsOf({ containers, resources: { requests: { cpu: '1' } } });
    expect(errors).toContainEqual(
      'spec.containers[0].resources.requests[constructor]: Invalid value: "constructor": must be a standard resource for containers',
    );
  });

  test('may use a token volume only when it has a service account', () => {
    const projected = { sources: [{ serviceAccountToken: { path: 'token', expirationSeconds: 3600 } }] };
    const volumes = [{ name: 'token', projected }];
    expect(faultsOf({ volumes })).toEqual([]);
    expect(faultsOf({ volumes, serviceAccountName: undefined })).toEqual([
      'spec.volumes[0].projected.sources[0].serviceAccountToken: Forbidden: must not be specified when serviceAccountName is not set',
    ]);
  });

  test('may have any deletion cost that is an integer', () => {
    const withCost = (cost: string) =>
      rendered(validatePod(pod({}, { annotations: { 'controller.kubernetes.io/pod-deletion-cost': cost } })));
    expect(withCost('-100')).toEqual([]);
    expect(withCost('+1')).toEqual([
      'metadata.annotations[controller.kubernetes.io/pod-deletion-cost]: Invalid value: "+1": must be a 32bit integer',
    ]);
  });
});

describe('a container', () => {
  test.each([
    [{ name: '' }, 'spec.containers[0].name: Required value'],
    [{ image: undefined }, 'spec.containers[0].image: Required value'],
    [
      { image: ' nginx' },
      'spec.containers[0].image: Invalid value: " nginx": must not have leading or trailing whitespace',
    ],
    [
      { imagePullPolicy: 'Maybe' },
      'spec.containers[0].imagePullPolicy: Unsupported value: "Maybe": supported values: "Always", "IfNotPresent", "Never"',
    ],
    [{ ports: [{ protocol: 'TCP' }] }, 'spec.containers[0].ports[0].containerPort: Required value'],
    [
      { ports: [{ containerPort: 70000, protocol: 'TCP' }] },
      'spec.containers[0].ports[0].containerPort: Invalid value: 70000: must be between 1 and 65535, inclusive',
    ],
    [
      { ports: [{ containerPort: 80, protocol: 'ICMP' }] },
      'spec.containers[0].ports[0].protocol: Unsupported value: "ICMP": supported values: "SCTP", "TCP", "UDP"',
    ],
    [
      { env: [{ name: 'A=B', value: '' }] },
      'spec.containers[0].env[0].name: Invalid value: "A=B": a valid environment variable name must consist only of printable ASCII characters other than \'=\'',
    ],
    [
      { env: [{ name: 'A', value: 'x', valueFrom: { fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.name' } } }] },
      'spec.containers[0].env[0].valueFrom: Invalid value: "": may not be specified when `value` is not empty',
    ],
    [
      { env: [{ name: 'A', valueFrom: { fieldRef: { apiVersion: 'v1', fieldPath: 'spec.nope' } } }] },
      'spec.containers[0].env[0].valueFrom.fieldRef.fieldPath: Invalid value: "spec.nope": error converting fieldPath: field label not supported: spec.nope',
    ],
    [
      { env: [{ name: 'A', valueFrom: { resourceFieldRef: { resource: 'limits.cpu', divisor: '2' } } }] },
      'spec.containers[0].env[0].valueFrom.resourceFieldRef.divisor: Invalid value: "limits.cpu": only divisor\'s values 1m and 1 are supported with the cpu resource',
    ],
    [
      { envFrom: [{ prefix: 'X' }] },
      'spec.containers[0].envFrom: Invalid value: "": must specify one of: `configMapRef` or `secretRef`',
    ],
    [
      { resources: { requests: { cpu: '2' }, limits: { cpu: '1' } } },
      'spec.containers[0].resources.requests: Invalid value: "2": must be less than or equal to cpu limit of 1',
    ],
    [
      { resources: { limits: { memory: '-1' } } },
      'spec.containers[0].resources.limits[memory]: Invalid value: "-1": must be greater than or equal to 0',
    ],
    [
      { resources: { requests: { 'example.com/gpu': '1' } } },
      'spec.containers[0].resources.limits: Required value: Limit must be set for non overcommitable resources',
    ],
    [
      { resources: { limits: { 'example.com/gpu': '1500m' } } },
      'spec.containers[0].resources.limits[example.com/gpu]: Invalid value: "1500m": must be an integer',
    ],
    [
      { resources: { limits: { 'hugepages-2Mi': '4Mi' } } },
      'spec.containers[0].resources: Forbidden: HugePages require cpu or memory',
    ],
    [
      { resources: { claims: [{ name: 'gpu' }] } },
      'spec.containers[0].resources.claims[0]: Not found: "gpu": must be one of the names in pod.spec.resourceClaims which is empty',
    ],
    [
      { volumeMounts: [{ name: 'data', mountPath: '/data' }] },
      'spec.containers[0].volumeMounts[0].name: Not found: "data"',
    ],
    [
      { livenessProbe: { successThreshold: 1 } },
      'spec.containers[0].livenessProbe: Required value: must specify a handler type',
    ],
    [
      { livenessProbe: { successThreshold: 2, exec: { command: ['true'] } } },
      'spec.containers[0].livenessProbe.successThreshold: Invalid value: 2: must be 1',
    ],
    [
      { readinessProbe: { httpGet: { path: '/', port: 'http_1', scheme: 'HTTP' } } },
      'spec.containers[0].readinessProbe.httpGet.port: Invalid value: "http_1": must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)',
    ],
    [
      { lifecycle: { preStop: { sleep: { seconds: 31 } } } },
      'spec.containers[0].lifecycle.preStop.sleep: Invalid value: 31: must be non-negative and less than terminationGracePeriodSeconds (30)',
    ],
    [
      { restartPolicyRules: [{ action: 'Restart', exitCodes: { operator: 'In', values: [1] } }] },
      'spec.containers[0].restartPolicy: Required value: must specify restartPolicy when restart rules are used',
    ],
    [
      { resizePolicy: [{ resourceName: 'disk', restartPolicy: 'NotRequired' }] },
      'spec.containers[0].resizePolicy: Unsupported value: "disk": supported values: "cpu", "memory"',
    ],
    [
      { securityContext: { procMount: 'Unmasked' } },
      'spec.containers[0].securityContext.procMount: Invalid value: "Unmasked": `hostUsers` must be false to use `Unmasked`',
    ],
  ])('%j is refused', (fields, message) => {
    expect(faultsIn(fields)).toEqual([message]);
  });

  test('may have one handler for each probe: the first is checked, the others refused', () => {
    const probe = { successThreshold: 1, exec: { command: [] }, tcpSocket: { port: 0 } };
    expect(faultsIn({ startupProbe: probe })).toEqual([
      'spec.containers[0].startupProbe.exec.command: Required value',
      'spec.containers[0].startupProbe.tcpSocket: Forbidden: may not specify more than 1 handler type',
    ]);
  });

  test('may not share its name or host port with another', () => {
    const ports = [{ containerPort: 80, hostPort: 8080, protocol: 'TCP' }];
    expect(faultsOf({ containers: [container({ ports }), container({ ports })] })).toEqual([
      'spec.containers[1].name: Duplicate value: "app"',
      'spec.containers[1].ports[0].hostPort: Duplicate value: "TCP//8080"',
    ]);
  });

  test('that initializes has neither probes nor hooks unless it keeps running', () => {
    const probe = { exec: { command: ['true'] } };
    const once = container({ name: 'setup', readinessProbe: probe });
    expect(faultsOf({ initContainers: [once] })).toEqual([
      'spec.initContainers[0].readinessProbe: Forbidden: may not be set for init containers without restartPolicy=Always',
    ]);
    expect(faultsOf({ initContainers: [{ ...once, restartPolicy: 'Always' }] })).toEqual([]);
  });
});

describe('on creation', () => {
  test('a pod has no ephemeral containers and no node while it is gated', () => {
    const fields = {
      ephemeralContainers: [container({ name: 'debug' })],
      nodeName: 'a',
      schedulingGates: [{ name: 'wait' }],
    };
    expect(rendered(validatePodCreate(pod(fields)))).toEqual([
      'spec.ephemeralContainers: Forbidden: cannot be set on create',
      'spec.nodeName: Forbidden: cannot be set until all schedulingGates have been cleared',
    ]);
  });

  test('the old annotations for profiles must agree with the fields', () => {
    const fields = { containers: [container({ securityContext: { appArmorProfile: { type: 'Unconfined' } } })] };
    const annotations = { 'container.apparmor.security.beta.kubernetes.io/app': 'runtime/default' };
    expect(rendered(validatePodCreate(pod(fields, { annotations })))).toEqual([
      'spec.containers[0].securityContext.appArmorProfile.type: Forbidden: apparmor type in annotation and field must match',
    ]);
  });
});

describe('an ephemeral container', () => {
  const debug = (fields: Record<string, unknown>) =>
    faultsOf({ ephemeralContainers: [container({ name: 'debug', ...fields })] });

  test('may target a container of the pod, and only that', () => {
    expect(debug({ targetContainerName: 'app' })).toEqual([]);
    expect(debug({ targetContainerName: 'db' })).toEqual([
      'spec.ephemeralContainers[0].targetContainerName: Not found: "db"',
    ]);
  });

  test('has nothing that a service would need', () => {
    expect(debug({ ports: [{ containerPort: 80, protocol: 'TCP' }], resources: {} })).toEqual([
      'spec.ephemeralContainers[0].ports: Forbidden: cannot be set for an Ephemeral Container',
    ]);
  });
});

describe('a pod template', () => {
  const faults = (template: object) =>
    rendered(validatePodTemplateSpec(template as Parameters<typeof validatePodTemplateSpec>[0], path('spec.template')));

  test('is a pod without a name, whose image may still be a placeholder', () => {
    expect(
      faults({ metadata: { labels: { app: 'web' } }, spec: podSpec({ containers: [container({ image: ' ' })] }) }),
    ).toEqual([]);
  });

  test('reports labels and containers under its own path', () => {
    const spec = podSpec({
      containers: [container({ image: '' })],
      ephemeralContainers: [container({ name: 'debug' })],
    });
    const errors = faults({ metadata: { labels: { 'a b': 'x' } }, spec });
    expect(errors[0]).toMatch(/^spec\.template\.labels: Invalid value: "a b": name part must consist of/);
    expect(errors.slice(1)).toEqual([
      'spec.template.spec.containers[0].image: Required value',
      'spec.template.spec.ephemeralContainers: Forbidden: ephemeral containers not allowed in pod template',
    ]);
  });
});
