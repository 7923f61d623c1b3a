import { describe, expect, test } from 'vitest';
import {
  validateService,
  validateServiceStatusUpdate,
  validateServiceUpdate,
} from '../../../../../src/apis/core/validation/service.ts';
import { rendered } from './pods.ts';

type Service = Parameters<typeof validateService>[0];

const port = (fields: object = {}) => ({ port: 80, targetPort: 80, protocol: 'TCP', ...fields });
/** A Service as it is after defaulting, with `fields` over its spec. */
const service = (fields: object = {}, more: object = {}): Service =>
  ({
    metadata: { name: 'web', namespace: 'default' },
    spec: {
      type: 'ClusterIP',
      sessionAffinity: 'None',
      internalTrafficPolicy: 'Cluster',
      ports: [port()],
      ...fields,
    },
    ...more,
  }) as Service;
const faultsOf = (fields: object) => rendered(validateService(service(fields)));

describe('a Service', () => {
  test.each([
    {},
    { clusterIP: 'None', clusterIPs: ['None'], ports: [] },
    { type: 'NodePort', externalTrafficPolicy: 'Local', ports: [port({ nodePort: 30000 })] },
    { type: 'LoadBalancer', externalTrafficPolicy: 'Local', allocateLoadBalancerNodePorts: true },
    { type: 'ExternalName', externalName: 'example.com.', ports: [] },
    { clusterIP: '10.96.0.1', clusterIPs: ['10.96.0.1', 'fd00::1'], ipFamilies: ['IPv4', 'IPv6'] },
    { trafficDistribution: 'PreferSameZone' },
  ])('with %j is valid', (fields) => {
    expect(faultsOf(fields)).toEqual([]);
  });

  test.each([
    [{ ports: [] }, 'spec.ports: Required value'],
    [{ ports: [port(), port({ port: 81, name: 'b' })] }, 'spec.ports[0].name: Required value'],
    [{ ports: [port({ name: 'a' }), port({ name: 'a', port: 81 })] }, 'spec.ports[1].name: Duplicate value: "a"'],
    [
      { ports: [port({ name: 'a' }), port({ name: 'b' })] },
      'spec.ports[1]: Duplicate value: {"protocol":"TCP","port":80}',
    ],
    [{ ports: [port({ port: 0 })] }, 'spec.ports[0].port: Invalid value: 0: must be between 1 and 65535, inclusive'],
    [
      { ports: [port({ nodePort: 30000 })] },
      "spec.ports[0].nodePort: Forbidden: may not be used when `type` is 'ClusterIP'",
    ],
    [
      { ports: [port({ protocol: 'HTTP' })] },
      'spec.ports[0].protocol: Unsupported value: "HTTP": supported values: "SCTP", "TCP", "UDP"',
    ],
    [
      { type: 'Global' },
      'spec.type: Unsupported value: "Global": supported values: "ClusterIP", "ExternalName", "LoadBalancer", "NodePort"',
    ],
    [{ type: 'ExternalName', ports: [] }, 'spec.externalName: Required value'],
    [
      { type: 'NodePort', externalTrafficPolicy: 'Cluster', clusterIP: 'None', clusterIPs: ['None'] },
      'spec.clusterIPs[0]: Invalid value: "None": may not be set to \'None\' for NodePort services',
    ],
    [
      { clusterIP: '10.96.0.1', clusterIPs: ['10.96.0.2'] },
      'spec.clusterIPs: Invalid value: ["10.96.0.2"]: first value must match `clusterIP`',
    ],
    [
      { clusterIP: 'here', clusterIPs: ['here'] },
      'spec.clusterIPs[0]: Invalid value: "here": must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)',
    ],
    [
      { clusterIP: '10.96.0.1', clusterIPs: ['10.96.0.1'], ipFamilies: ['IPv6'] },
      'spec.clusterIPs[0]: Invalid value: "10.96.0.1": expected an IPv6 value as indicated by `ipFamilies[0]`',
    ],
    [{ ipFamilies: ['IPv5'] }, 'spec.ipFamilies[0]: Unsupported value: "IPv5": supported values: "IPv4", "IPv6"'],
    [
      { externalIPs: ['127.0.0.1'], externalTrafficPolicy: 'Cluster' },
      'spec.externalIPs[0]: Invalid value: "127.0.0.1": may not be in the loopback range (127.0.0.0/8, ::1/128)',
    ],
    [
      { sessionAffinity: 'ClientIP' },
      'spec.sessionAffinityConfig: Required value: when session affinity type is ClientIP',
    ],
    [
      { sessionAffinity: 'ClientIP', sessionAffinityConfig: { clientIP: { timeoutSeconds: 86401 } } },
      'spec.sessionAffinityConfig.clientIP.timeoutSeconds: Invalid value: 86401: must be greater than 0 and less than 86400',
    ],
    [
      { externalTrafficPolicy: 'Local' },
      'spec.externalTrafficPolicy: Invalid value: "Local": may only be set for externally-accessible services',
    ],
    [{ internalTrafficPolicy: undefined }, 'spec.internalTrafficPolicy: Required value'],
    [{ loadBalancerClass: 'a' }, "spec.loadBalancerClass: Forbidden: may only be used when `type` is 'LoadBalancer'"],
    [
      { loadBalancerSourceRanges: ['10.0.0.0/8'] },
      "spec.LoadBalancerSourceRanges: Forbidden: may only be used when `type` is 'LoadBalancer'",
    ],
    [
      { healthCheckNodePort: 31000 },
      "spec.healthCheckNodePort: Invalid value: 31000: may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'",
    ],
    [
      { trafficDistribution: 'Nearby' },
      'spec.trafficDistribution: Unsupported value: "Nearby": supported values: "PreferClose", "PreferSameNode", "PreferSameZone"',
    ],
  ])('with %j is refused', (fields, message) => {
    expect(faultsOf(fields)).toEqual([message]);
  });

  test('keeps its address, and gives a second one up only on purpose', () => {
    const two = { clusterIP: '10.96.0.1', clusterIPs: ['10.96.0.1', 'fd00::1'] };
    const one = { clusterIP: '10.96.0.1', clusterIPs: ['10.96.0.1'] };
    const update = (now: object, before: object) => rendered(validateServiceUpdate(service(now), service(before)));
    expect(update(one, one)).toEqual([]);
    expect(update(two, one)).toEqual([]);
    expect(update({ ...one, ipFamilyPolicy: 'SingleStack' }, two)).toEqual([]);
    expect(update(one, two)).toEqual([
      'spec.ipFamilyPolicy: Invalid value: "null": must be set to \'SingleStack\' when releasing the secondary clusterIP',
    ]);
    expect(update({ clusterIP: '10.96.0.2', clusterIPs: ['10.96.0.2'] }, one)).toEqual([
      'spec.clusterIPs[0]: Invalid value: ["10.96.0.2"]: may not change once set',
    ]);
    expect(update({}, one)).toEqual(['spec.clusterIPs[0]: Invalid value: []: primary clusterIP can not be unset']);
    expect(update({ type: 'ExternalName' }, one)).toEqual([]);
  });

  test('has a load balancer status only when it is one', () => {
    const loadBalancer = (ingress: object[], type = 'LoadBalancer') =>
      rendered(validateServiceStatusUpdate(service({ type }, { status: { loadBalancer: { ingress } } })));
    expect(loadBalancer([{ ip: '1.2.3.4', ipMode: 'VIP' }, { hostname: 'lb.example.com' }])).toEqual([]);
    expect(loadBalancer([{ ip: '1.2.3.4' }])).toEqual([
      'status.loadBalancer.ingress[0].ipMode: Required value: must be specified when `ip` is set',
    ]);
    expect(loadBalancer([{ hostname: '1.2.3.4' }])).toEqual([
      'status.loadBalancer.ingress[0].hostname: Invalid value: "1.2.3.4": must be a DNS name, not an IP address',
    ]);
    expect(loadBalancer([{ ip: '1.2.3.4', ipMode: 'VIP' }], 'ClusterIP')).toEqual([
      "status.loadBalancer.ingress: Forbidden: may only be used when `spec.type` is 'LoadBalancer'",
    ]);
  });
});
