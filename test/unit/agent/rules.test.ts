import { describe, expect, it } from 'vitest';
import { servicePorts } from '../../../agent/network/endpoints.ts';
import { buildRules, chainName } from '../../../agent/network/rules.ts';
import type { EndpointSlice, Service } from '../../../src/client/resources.ts';

function service(spec: Partial<NonNullable<Service['spec']>> = {}): Service {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { namespace: 'default', name: 'web' },
    spec: { clusterIP: '10.96.0.10', ports: [{ name: 'http', port: 80, protocol: 'TCP' }], ...spec },
  };
}

function slice(endpoints: NonNullable<EndpointSlice['endpoints']>): EndpointSlice {
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { namespace: 'default', name: 'web-1', labels: { 'kubernetes.io/service-name': 'web' } },
    addressType: 'IPv4',
    ports: [{ name: 'http', port: 8080, protocol: 'TCP' }],
    endpoints,
  };
}

const HERE = { addresses: ['10.244.1.2'], conditions: { ready: true }, nodeName: 'n1' };
const THERE = { addresses: ['10.244.2.3'], conditions: { ready: true }, nodeName: 'n2' };

function rules(services: Service[], slices: EndpointSlice[], masqueradeAll = false): string {
  return buildRules({
    cluster: 'default',
    bridge: 'kedge0',
    podCidr: '10.244.1.0/24',
    clusterCidr: '10.244.0.0/16',
    ports: servicePorts(services, slices, 'n1'),
    masqueradeAll,
  });
}

describe('the ruleset', () => {
  it('of a ClusterIP service balances over its endpoints', () => {
    expect(rules([service()], [slice([THERE, HERE])])).toMatchInlineSnapshot(`
      "*nat
      :KEDGE-DEFAULT-SERVICES - [0:0]
      :KEDGE-DEFAULT-NODEPORTS - [0:0]
      :KEDGE-DEFAULT-POSTROUTING - [0:0]
      :KEDGE-DEFAULT-MARK-MASQ - [0:0]
      :KEDGE-DEFAULT-SUFRTRHUTG7XV - [0:0]
      :KEDGE-DEFAULT-E7ZS5O5BWYA37 - [0:0]
      :KEDGE-DEFAULT-ELH5QGC2ICHSV - [0:0]
      -A KEDGE-DEFAULT-MARK-MASQ -j MARK --or-mark 0x10000
      -A KEDGE-DEFAULT-POSTROUTING -s 10.244.1.0/24 ! -d 10.244.0.0/16 ! -o kedge0 -j MASQUERADE
      -A KEDGE-DEFAULT-POSTROUTING -m mark ! --mark 0x10000/0x10000 -j RETURN
      -A KEDGE-DEFAULT-POSTROUTING -j MARK --xor-mark 0x10000
      -A KEDGE-DEFAULT-POSTROUTING -j MASQUERADE --random-fully
      -A KEDGE-DEFAULT-SERVICES ! -s 10.244.0.0/16 -m comment --comment "default/web:http cluster IP" -d 10.96.0.10/32 -p tcp -m tcp --dport 80 -j KEDGE-DEFAULT-MARK-MASQ
      -A KEDGE-DEFAULT-SERVICES -m comment --comment "default/web:http cluster IP" -d 10.96.0.10/32 -p tcp -m tcp --dport 80 -j KEDGE-DEFAULT-SUFRTRHUTG7XV
      -A KEDGE-DEFAULT-SUFRTRHUTG7XV -m comment --comment "10.244.1.2:8080" -m statistic --mode random --probability 0.5000000000 -j KEDGE-DEFAULT-E7ZS5O5BWYA37
      -A KEDGE-DEFAULT-SUFRTRHUTG7XV -m comment --comment "10.244.2.3:8080" -j KEDGE-DEFAULT-ELH5QGC2ICHSV
      -A KEDGE-DEFAULT-E7ZS5O5BWYA37 -s 10.244.1.2/32 -j KEDGE-DEFAULT-MARK-MASQ
      -A KEDGE-DEFAULT-E7ZS5O5BWYA37 -p tcp -m tcp -j DNAT --to-destination 10.244.1.2:8080
      -A KEDGE-DEFAULT-ELH5QGC2ICHSV -s 10.244.2.3/32 -j KEDGE-DEFAULT-MARK-MASQ
      -A KEDGE-DEFAULT-ELH5QGC2ICHSV -p tcp -m tcp -j DNAT --to-destination 10.244.2.3:8080
      -A KEDGE-DEFAULT-SERVICES -m addrtype --dst-type LOCAL -j KEDGE-DEFAULT-NODEPORTS
      COMMIT
      *filter
      :KEDGE-DEFAULT-FORWARD - [0:0]
      :KEDGE-DEFAULT-FIREWALL - [0:0]
      :KEDGE-DEFAULT-REJECT - [0:0]
      -A KEDGE-DEFAULT-FORWARD -m mark --mark 0x10000/0x10000 -j ACCEPT
      -A KEDGE-DEFAULT-FORWARD -s 10.244.1.0/24 -j ACCEPT
      -A KEDGE-DEFAULT-FORWARD -d 10.244.1.0/24 -j ACCEPT
      -A KEDGE-DEFAULT-FIREWALL ! -s 127.0.0.0/8 -d 127.0.0.0/8 -m conntrack ! --ctstate RELATED,ESTABLISHED,DNAT -j DROP
      COMMIT
      "
    `);
  });

  it('of a service without endpoints refuses its addresses', () => {
    const text = rules([service({ type: 'NodePort', ports: [{ name: 'http', port: 80, nodePort: 30080 }] })], []);
    expect(text.split('\n').filter((line) => line.includes('default/web'))).toMatchInlineSnapshot(`
      [
        "-A KEDGE-DEFAULT-REJECT -m comment --comment "default/web:http has no endpoints" -d 10.96.0.10/32 -p tcp -m tcp --dport 80 -j REJECT --reject-with icmp-port-unreachable",
        "-A KEDGE-DEFAULT-REJECT -m comment --comment "default/web:http has no endpoints" -m addrtype --dst-type LOCAL -p tcp -m tcp --dport 30080 -j REJECT --reject-with icmp-port-unreachable",
      ]
    `);
  });

  it('of a node port with externalTrafficPolicy Local goes to this node’s endpoints and keeps the source', () => {
    const local = service({
      type: 'NodePort',
      externalTrafficPolicy: 'Local',
      ports: [{ name: 'http', port: 80, nodePort: 30080 }],
    });
    const text = rules([local], [slice([THERE, HERE])]);
    expect(text.split('\n').filter((line) => /^-A KEDGE-DEFAULT-(NODEPORTS|X|L)/.test(line))).toMatchInlineSnapshot(`
      [
        "-A KEDGE-DEFAULT-NODEPORTS -m comment --comment "default/web:http node port" -p tcp -m tcp --dport 30080 -j KEDGE-DEFAULT-XUFRTRHUTG7XV",
        "-A KEDGE-DEFAULT-XUFRTRHUTG7XV -s 10.244.0.0/16 -j KEDGE-DEFAULT-SUFRTRHUTG7XV",
        "-A KEDGE-DEFAULT-XUFRTRHUTG7XV -m addrtype --src-type LOCAL -j KEDGE-DEFAULT-MARK-MASQ",
        "-A KEDGE-DEFAULT-XUFRTRHUTG7XV -m addrtype --src-type LOCAL -j KEDGE-DEFAULT-SUFRTRHUTG7XV",
        "-A KEDGE-DEFAULT-XUFRTRHUTG7XV -j KEDGE-DEFAULT-LUFRTRHUTG7XV",
        "-A KEDGE-DEFAULT-LUFRTRHUTG7XV -m comment --comment "10.244.1.2:8080" -j KEDGE-DEFAULT-E7ZS5O5BWYA37",
      ]
    `);
    const none = rules([local], [slice([THERE])]);
    expect(none).toContain('--dport 30080 -j DROP');
  });

  it('remembers clients for ClientIP affinity', () => {
    const text = rules([service({ sessionAffinity: 'ClientIP' })], [slice([HERE])]);
    expect(text).toMatch(/-m recent --name (KEDGE-DEFAULT-E\w+) --rcheck --seconds 10800 --reap -j \1/);
    expect(text).toMatch(
      /-A (KEDGE-DEFAULT-E\w+) -p tcp -m recent --name \1 --set -m tcp -j DNAT --to-destination 10\.244\.1\.2:8080/,
    );
  });

  it('masquerades all service traffic where bridged packets pass iptables by', () => {
    expect(rules([service()], [slice([HERE])], true)).toContain(
      '-A KEDGE-DEFAULT-SERVICES -m comment --comment "default/web:http cluster IP" -d 10.96.0.10/32 -p tcp -m tcp --dport 80 -j KEDGE-DEFAULT-MARK-MASQ',
    );
  });

  it('does not depend on the order of its sources', () => {
    const other = { ...service({ clusterIP: '10.96.0.11' }), metadata: { namespace: 'default', name: 'a' } };
    expect(rules([service(), other], [slice([THERE, HERE])])).toBe(rules([other, service()], [slice([HERE, THERE])]));
  });

  it('has no chain name that iptables would refuse', () => {
    const text = rules([service()], [slice([HERE])]).replaceAll('KEDGE-DEFAULT-', chainName('abcdefgh', ''));
    for (const [, chain] of text.matchAll(/^:(\S+)/gm)) expect(chain!.length).toBeLessThanOrEqual(28);
  });
});

describe('endpoints', () => {
  it('that end but serve are used only when no other is ready', () => {
    const leaving = { addresses: ['10.244.1.9'], conditions: { ready: false, serving: true, terminating: true } };
    const targets = (endpoints: NonNullable<EndpointSlice['endpoints']>) =>
      servicePorts([service()], [slice(endpoints)], 'n1')[0]!.backends.map(({ target }) => target);
    expect(targets([HERE, leaving])).toEqual(['10.244.1.2:8080']);
    expect(targets([leaving])).toEqual(['10.244.1.9:8080']);
    expect(targets([{ addresses: ['10.244.1.8'], conditions: { ready: false } }])).toEqual([]);
  });

  it('of headless and ExternalName services make no rules', () => {
    const none = [service({ clusterIP: 'None' }), service({ type: 'ExternalName', clusterIP: '' })];
    expect(servicePorts(none, [slice([HERE])], 'n1')).toEqual([]);
  });
});
