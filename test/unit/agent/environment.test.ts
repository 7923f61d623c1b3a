import { describe, expect, it } from 'vitest';
import { type EnvironmentContext, resolveEnvironment } from '../../../agent/pods/environment.ts';
import { expand } from '../../../agent/pods/expand.ts';
import { serviceEnvironment } from '../../../agent/pods/service-env.ts';
import type { Container } from '../../../agent/pods/types.ts';
import type { Service } from '../../../src/client/resources.ts';
import { podOf } from './pods.ts';

describe('$(VAR)', () => {
  const values = new Map([['A', '1']]);
  const lookup = (name: string) => values.get(name);
  it.each([
    ['$(A)-$(A)', '1-1'],
    ['$(B)', '$(B)'],
    ['$$(A)', '$(A)'],
    ['$$$(A)', '$1'],
    ['$A $', '$A $'],
    ['$(A', '$(A'],
  ])('expands %s to %s', (text, expected) => {
    expect(expand(text, lookup)).toBe(expected);
  });
});

const text = (value: string) => new TextEncoder().encode(value);
const objectOf = (value: string) => ({
  data: new Map([['k', text(value)]]),
  resourceVersion: '1',
  immutable: false,
});
const CONTEXT: EnvironmentContext = {
  objects: {
    configMap: async (_namespace, name) => (name === 'cm' ? objectOf('from-cm') : undefined),
    secret: async (_namespace, name) => (name === 's' ? objectOf('from-secret') : undefined),
  },
  services: new Map([['WEB_SERVICE_HOST', '10.96.0.1']]),
  node: { hostIp: '192.0.2.1', nodeName: 'n', cpuMillis: 2000, memory: 1 << 30 },
  podIp: '10.0.0.2',
};

async function resolve(container: Partial<Container>): Promise<Record<string, string>> {
  const full: Container = { name: 'c', image: 'i', ...container };
  return Object.fromEntries(await resolveEnvironment(podOf({ containers: [full] }), full, CONTEXT));
}

describe('a container’s environment', () => {
  it('lets env win over envFrom and both over services, and references see what stands before', async () => {
    const env = await resolve({
      envFrom: [{ configMapRef: { name: 'cm' }, prefix: 'P_' }],
      env: [
        { name: 'A', value: '$(P_k)/$(WEB_SERVICE_HOST)/$(LATER)' },
        { name: 'LATER', value: 'x' },
        { name: 'WEB_SERVICE_HOST', value: 'mine' },
      ],
    });
    expect(env).toEqual({ P_k: 'from-cm', A: 'from-cm/10.96.0.1/$(LATER)', LATER: 'x', WEB_SERVICE_HOST: 'mine' });
  });

  it('knows the pod and its limits; an open limit is the node’s', async () => {
    const env = await resolve({
      resources: { limits: { cpu: '1500m' }, requests: { memory: '64Mi' } },
      env: [
        { name: 'IP', valueFrom: { fieldRef: { fieldPath: 'status.podIP' } } },
        { name: 'NAME', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
        { name: 'CPU', valueFrom: { resourceFieldRef: { resource: 'limits.cpu' } } },
        { name: 'MEMORY', valueFrom: { resourceFieldRef: { resource: 'limits.memory', divisor: '1Mi' } } },
        { name: 'ASKED', valueFrom: { resourceFieldRef: { resource: 'requests.memory' } } },
      ],
    });
    expect(env).toMatchObject({ IP: '10.0.0.2', NAME: 'web', CPU: '2', MEMORY: '1024', ASKED: String(64 << 20) });
  });

  it('says what is missing, unless it is optional', async () => {
    const key = (name: string, optional = false) => [
      { name: 'A', valueFrom: { secretKeyRef: { name, key: 'x', optional } } },
    ];
    await expect(resolve({ env: key('none') })).rejects.toThrow('secret "none" not found');
    await expect(resolve({ env: key('s') })).rejects.toThrow("couldn't find key x in Secret default/s");
    await expect(resolve({ envFrom: [{ configMapRef: { name: 'none' } }] })).rejects.toThrow(
      'configmap "none" not found',
    );
    expect(await resolve({ env: key('none', true) })).not.toHaveProperty('A');
  });
});

it('tells services in both of upstream’s forms, and kubernetes to every namespace', () => {
  const service = (namespace: string, name: string, clusterIP: string, port: number): Service => ({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { namespace, name },
    spec: { clusterIP, ports: [{ name: 'http', port, protocol: 'TCP' }] },
  });
  const items = new Map(
    [
      service('default', 'kubernetes', '10.96.0.1', 443),
      service('default', 'other', '10.96.0.2', 80),
      service('shop', 'my-web', '10.96.0.3', 80),
      service('shop', 'headless', 'None', 80),
    ].map((each) => [`${each.metadata.namespace}/${each.metadata.name}`, each]),
  );
  const env = serviceEnvironment({ items }, 'shop', true);
  expect(Object.fromEntries(env)).toEqual({
    KUBERNETES_SERVICE_HOST: '10.96.0.1',
    KUBERNETES_SERVICE_PORT: '443',
    KUBERNETES_SERVICE_PORT_HTTP: '443',
    KUBERNETES_PORT: 'tcp://10.96.0.1:443',
    KUBERNETES_PORT_443_TCP: 'tcp://10.96.0.1:443',
    KUBERNETES_PORT_443_TCP_PROTO: 'tcp',
    KUBERNETES_PORT_443_TCP_PORT: '443',
    KUBERNETES_PORT_443_TCP_ADDR: '10.96.0.1',
    MY_WEB_SERVICE_HOST: '10.96.0.3',
    MY_WEB_SERVICE_PORT: '80',
    MY_WEB_SERVICE_PORT_HTTP: '80',
    MY_WEB_PORT: 'tcp://10.96.0.3:80',
    MY_WEB_PORT_80_TCP: 'tcp://10.96.0.3:80',
    MY_WEB_PORT_80_TCP_PROTO: 'tcp',
    MY_WEB_PORT_80_TCP_PORT: '80',
    MY_WEB_PORT_80_TCP_ADDR: '10.96.0.3',
  });
  expect([...serviceEnvironment({ items }, 'shop', false).keys()].every((key) => key.startsWith('KUBERNETES_'))).toBe(
    true,
  );
});
