import { describe, expect, test } from 'vitest';
import { validateConfigMap, validateConfigMapUpdate } from '../../../../../src/apis/core/validation/config-map.ts';
import { validateEndpoints } from '../../../../../src/apis/core/validation/endpoints.ts';
import { type EventLike, validateEvent } from '../../../../../src/apis/core/validation/event.ts';
import { validateNamespace, validateNamespaceStatusUpdate } from '../../../../../src/apis/core/validation/namespace.ts';
import { validateNode, validateNodeUpdate } from '../../../../../src/apis/core/validation/node.ts';
import { validateSecret, validateSecretUpdate } from '../../../../../src/apis/core/validation/secret.ts';
import { rendered } from './pods.ts';

describe('a ConfigMap', () => {
  const faults = (configMap: object) => rendered(validateConfigMap(configMap));

  test('takes text and binary data under different keys', () => {
    expect(faults({ data: { 'a.txt': 'x', constructor: 'x' }, binaryData: { b: 'AAEC' } })).toEqual([]);
    expect(faults({ data: { a: 'x' }, binaryData: { a: 'AAEC' } })).toEqual([
      'data[a]: Invalid value: "a": duplicate of key present in binaryData',
    ]);
  });

  test('refuses keys that are no file names', () => {
    expect(faults({ data: { 'a/b': '' } })[0]).toMatch(/^data\[a\/b\]: Invalid value: "a\/b": a valid config key must/);
    expect(faults({ data: { '..': '' } })).toEqual(['data[..]: Invalid value: "..": must not be \'..\'']);
  });

  test('holds at most a mebibyte, in bytes and with binary data decoded', () => {
    const mebibyte = 1024 * 1024;
    expect(faults({ data: { a: 'é'.repeat(mebibyte / 2) } })).toEqual([]);
    expect(faults({ data: { a: 'é'.repeat(mebibyte / 2), b: 'x' } })).toEqual([
      '[]: Too long: may not be more than 1048576 bytes',
    ]);
    // 4 characters for 3 bytes, and one byte more than fits.
    const encoded = `${'AAAA'.repeat(Math.floor(mebibyte / 3))}AAA=`;
    expect(faults({ binaryData: { a: encoded } })).toEqual(['[]: Too long: may not be more than 1048576 bytes']);
  });

  test('that is immutable stays so, data included', () => {
    const old = { immutable: true, data: { a: 'x' } };
    const update = (configMap: object) => rendered(validateConfigMapUpdate(configMap, old));
    expect(update(old)).toEqual([]);
    expect(update({ immutable: false, data: {} })).toEqual([
      'immutable: Forbidden: field is immutable when `immutable` is set',
      'data: Forbidden: field is immutable when `immutable` is set',
    ]);
    expect(rendered(validateConfigMapUpdate(old, { data: {} }))).toEqual([]);
  });
});

describe('a Secret', () => {
  const faults = (type: string, data: Record<string, string> = {}, annotations = {}) =>
    rendered(validateSecret({ metadata: { annotations }, type, data }));

  test.each([
    ['Opaque', { anything: 'AAAA' }],
    ['example.com/mine', {}],
    ['kubernetes.io/tls', { 'tls.crt': '', 'tls.key': '' }],
    ['kubernetes.io/dockerconfigjson', { '.dockerconfigjson': btoa('{"auths":{}}') }],
    ['kubernetes.io/basic-auth', { password: 'AAAA' }],
    ['kubernetes.io/ssh-auth', { 'ssh-privatekey': 'AAAA' }],
  ])('of type %s with %j is valid', (type, data) => {
    expect(faults(type, data)).toEqual([]);
  });

  test.each([
    ['kubernetes.io/tls', {}, ['data[tls.crt]: Required value', 'data[tls.key]: Required value']],
    ['kubernetes.io/dockerconfigjson', {}, ['data[.dockerconfigjson]: Required value']],
    [
      'kubernetes.io/dockercfg',
      { '.dockercfg': '' },
      ['data[.dockercfg]: Invalid value: "<secret contents redacted>": unexpected end of JSON input'],
    ],
    [
      'kubernetes.io/dockercfg',
      { '.dockercfg': btoa('[]') },
      [
        'data[.dockercfg]: Invalid value: "<secret contents redacted>": json: cannot unmarshal array into Go value of type map[string]interface {}',
      ],
    ],
    ['kubernetes.io/basic-auth', {}, ['data[username]: Required value', 'data[password]: Required value']],
    ['kubernetes.io/ssh-auth', { 'ssh-privatekey': '' }, ['data[ssh-privatekey]: Required value']],
    [
      'kubernetes.io/service-account-token',
      {},
      ['metadata.annotations[kubernetes.io/service-account.name]: Required value'],
    ],
  ])('of type %s with %j lacks %j', (type, data, messages) => {
    expect(faults(type, data as Record<string, string>)).toEqual(messages);
  });

  test('never shows what it holds in a message', () => {
    const [message] = faults('kubernetes.io/dockerconfigjson', { '.dockerconfigjson': btoa('hunter2') });
    expect(message).toMatch(/^data\[\.dockerconfigjson\]: Invalid value: "<secret contents redacted>": /);
    expect(message).not.toContain('hunter2');
  });

  test('keeps its type', () => {
    const old = { metadata: {}, type: 'Opaque' };
    expect(rendered(validateSecretUpdate({ metadata: {}, type: 'kubernetes.io/tls' }, old))).toEqual([
      'type: Invalid value: "kubernetes.io/tls": field is immutable',
    ]);
  });
});

describe('a Namespace', () => {
  test('has finalizers that are known or qualified', () => {
    const metadata = { name: 'a' };
    expect(rendered(validateNamespace({ metadata, spec: { finalizers: ['kubernetes'] } }))).toEqual([]);
    const spec = { finalizers: ['example.com/mine', 'mine'] };
    const message = 'Invalid value: "mine": name is neither a standard finalizer name nor is it fully qualified';
    expect(rendered(validateNamespace({ metadata, spec }))).toEqual([`spec.finalizers: ${message}`]);
  });

  test('is Terminating when it is being deleted, and only then', () => {
    const faults = (phase: 'Active' | 'Terminating', deletionTimestamp?: string) =>
      rendered(validateNamespaceStatusUpdate({ metadata: { deletionTimestamp }, status: { phase } }));
    expect(faults('Active')).toEqual([]);
    expect(faults('Terminating', '2026-01-01T00:00:00Z')).toEqual([]);
    expect(faults('Terminating')).toEqual([
      'status.Phase: Invalid value: "Terminating": may only be \'Active\' if `deletionTimestamp` is empty',
    ]);
    expect(faults('Active', '2026-01-01T00:00:00Z')).toEqual([
      'status.Phase: Invalid value: "Active": may only be \'Terminating\' if `deletionTimestamp` is not empty',
    ]);
  });
});

describe('a Node', () => {
  test.each([
    [{ spec: { taints: [{ key: 'a', effect: 'NoSchedule' }], podCIDRs: ['10.1.0.0/24', 'fd00::/64'] } }, []],
    [{ spec: { taints: [{ key: 'a', effect: '' }] } }, ['metadata.taints[0].effect: Required value']],
    [
      {
        spec: {
          taints: [
            { key: 'a', effect: 'NoSchedule' },
            { key: 'a', value: 'b', effect: 'NoSchedule' },
          ],
        },
      },
      [
        'metadata.taints[1]: Duplicate value: {"key":"a","value":"b","effect":"NoSchedule"}: taints must be unique by key and effect pair',
      ],
    ],
    [
      { spec: { podCIDRs: ['10.1.0.0'] } },
      ['spec.podCIDRs[0]: Invalid value: "10.1.0.0": must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)'],
    ],
    [
      { spec: { podCIDRs: ['10.1.0.0/24', '10.2.0.0/24'] } },
      [
        'spec.podCIDRs: Invalid value: ["10.1.0.0/24","10.2.0.0/24"]: may specify no more than one CIDR for each IP family',
      ],
    ],
    [{ status: { capacity: { pods: '1500m' } } }, ['status.capacity.pods: Invalid value: "1500m": must be an integer']],
  ])('%j gives %j', (node, messages) => {
    expect(rendered(validateNode(node as Parameters<typeof validateNode>[0]))).toEqual(messages);
  });

  test('gets its network and its provider once', () => {
    const old = { spec: { podCIDRs: ['10.1.0.0/24'], providerID: 'a' } };
    expect(rendered(validateNodeUpdate(old, { spec: {} }))).toEqual([]);
    expect(rendered(validateNodeUpdate({ spec: { podCIDRs: ['10.2.0.0/24'] } }, old))).toEqual([
      'spec.podCIDRs: Forbidden: node updates may not change podCIDR except from "" to valid',
      'spec.providerID: Forbidden: node updates may not change providerID except from "" to valid',
    ]);
  });

  test('reports each address once', () => {
    const address = { type: 'InternalIP', address: '10.0.0.1' };
    expect(rendered(validateNodeUpdate({ status: { addresses: [address, address] } }, {}))).toEqual([
      'status.addresses[1]: Duplicate value: {"type":"InternalIP","address":"10.0.0.1"}',
    ]);
  });
});

describe('Endpoints', () => {
  const ports = [{ port: 80, protocol: 'TCP' as const }];

  test.each([
    [{ addresses: [{ ip: '10.0.0.1', nodeName: 'a' }], ports }, []],
    [{ ports }, ['subsets[0]: Required value: must specify `addresses` or `notReadyAddresses`']],
    [
      { addresses: [{ ip: '169.254.1.1' }] },
      [
        'subsets[0].addresses[0].ip: Invalid value: "169.254.1.1": may not be in the link-local range (169.254.0.0/16, fe80::/10)',
      ],
    ],
    [
      { notReadyAddresses: [{ ip: '0.0.0.0' }] },
      ['subsets[0].notReadyAddresses[0].ip: Invalid value: "0.0.0.0": may not be unspecified (0.0.0.0)'],
    ],
    [
      { addresses: [{ ip: '10.0.0.1' }], ports: [...ports, ...ports] },
      ['subsets[0].ports[0].name: Required value', 'subsets[0].ports[1].name: Required value'],
    ],
  ])('with %j give %j', (subset, messages) => {
    expect(rendered(validateEndpoints({ subsets: [subset] }))).toEqual(messages);
  });
});

describe('an Event', () => {
  const faults = (namespace: string, about: string | undefined, more: object = {}) =>
    rendered(validateEvent({ metadata: { namespace }, involvedObject: { namespace: about }, ...more } as EventLike));

  test('is in the namespace of what it is about', () => {
    expect(faults('a', 'a')).toEqual([]);
    expect(faults('default', undefined)).toEqual([]);
    expect(faults('a', 'b')).toEqual(['involvedObject.namespace: Invalid value: "b": does not match event.namespace']);
    expect(faults('a', undefined)).toEqual([
      'involvedObject.namespace: Invalid value: "": does not match event.namespace',
    ]);
  });

  test('with an eventTime says who did what and why', () => {
    const eventTime = '2026-01-01T00:00:00.000000Z';
    const reported = {
      eventTime,
      reportingComponent: 'kedge.dev/x',
      reportingInstance: 'x-1',
      action: 'A',
      reason: 'R',
    };
    expect(faults('a', 'a', reported)).toEqual([]);
    expect(faults('a', 'a', { ...reported, reason: '', message: 'x'.repeat(1025) })).toEqual([
      'reason: Required value',
      'message: Invalid value: "": can have at most 1024 characters',
    ]);
  });
});
