import { describe, expect, it } from 'vitest';
import { services } from '../../../../src/apis/core/service.ts';
import { allocationState } from '../../../../src/apiserver/registry/allocation.ts';
import type { StrategyContext } from '../../../../src/apiserver/registry/contract.ts';
import type { Claim } from '../../../../src/apiserver/storage/contract.ts';
import { renderFieldError } from '../../../../src/meta/field-error.ts';
import type { UnknownObject } from '../../../../src/meta/object.ts';
import { ago, CONTEXT, cells, defaulted, type Manifest, prepared, updated } from '../support.ts';

function service(spec: object): Manifest {
  return { metadata: { name: 'web', namespace: 'default', creationTimestamp: ago(3600) }, spec } as Manifest;
}

/** Allocates as the registry does, against values that others hold. */
function allocate(
  object: Manifest,
  held: readonly Claim[] = [],
  context: StrategyContext = CONTEXT,
): { claims: Claim[]; errors: string[]; attempts: number } {
  const state = allocationState();
  for (let number = 0; ; number += 1) {
    const result = services.strategy.allocate?.(context, object, undefined, state);
    const errors = (result?.errors ?? []).map(renderFieldError);
    const claims = result?.claims ?? [];
    const collision = claims.find(({ pool, value }) => held.some((each) => each.pool === pool && each.value === value));
    if (errors.length > 0 || collision === undefined) return { claims, errors, attempts: number + 1 };
    const { pool } = collision;
    state.learn({ [pool]: held.filter((each) => each.pool === pool).map(({ value }) => value) });
  }
}

const ips = (...values: string[]): Claim[] => values.map((value) => ({ pool: 'clusterIP', value }));
const ports = (...values: number[]): Claim[] => values.map((value) => ({ pool: 'nodePort', value: String(value) }));
const http = { port: 80 };

function created(spec: object): Manifest {
  const object = prepared(services, service(spec));
  expect(allocate(object).errors).toEqual([]);
  return object;
}

describe('defaults of a service', () => {
  it('are upstream’s for the smallest manifest', () => {
    expect(prepared(services, service({ ports: [http] }))).toMatchObject({
      spec: {
        type: 'ClusterIP',
        sessionAffinity: 'None',
        internalTrafficPolicy: 'Cluster',
        ipFamilies: ['IPv4'],
        ipFamilyPolicy: 'SingleStack',
        ports: [{ port: 80, protocol: 'TCP', targetPort: 80 }],
      },
      status: { loadBalancer: {} },
    });
  });

  it('depend on the type and the affinity', () => {
    expect(defaulted(services, service({ type: 'NodePort', ports: [http] })).spec.externalTrafficPolicy).toBe(
      'Cluster',
    );
    expect(defaulted(services, service({ ports: [http] })).spec).not.toHaveProperty('externalTrafficPolicy');
    expect(defaulted(services, service({ type: 'LoadBalancer' })).spec.allocateLoadBalancerNodePorts).toBe(true);
    expect(defaulted(services, service({ type: 'ExternalName' })).spec).not.toHaveProperty('internalTrafficPolicy');
    expect(defaulted(services, service({ sessionAffinity: 'ClientIP' })).spec.sessionAffinityConfig).toEqual({
      clientIP: { timeoutSeconds: 10_800 },
    });
  });

  it('give a headless service without selector both families', () => {
    expect(prepared(services, service({ clusterIP: 'None' })).spec).toMatchObject({
      clusterIP: 'None',
      clusterIPs: ['None'],
      ipFamilies: ['IPv4', 'IPv6'],
      ipFamilyPolicy: 'RequireDualStack',
    });
    expect(prepared(services, service({ clusterIP: 'None', selector: { app: 'a' } })).spec).toMatchObject({
      ipFamilies: ['IPv4'],
      ipFamilyPolicy: 'SingleStack',
    });
  });
});

describe('cluster IPs', () => {
  it('come from the part of the range that is not kept for static use', () => {
    for (let round = 0; round < 200; round += 1) {
      const { spec } = created({ ports: [http] });
      const [, , third, fourth] = spec.clusterIP.split('.').map(Number);
      expect(spec.clusterIP).toMatch(/^10\.96\./);
      expect(spec.clusterIPs).toEqual([spec.clusterIP]);
      expect(third * 256 + fourth).toBeGreaterThan(256);
      expect(spec.clusterIP).not.toBe('10.96.255.255');
    }
  });

  it('are those asked for, also of the static part', () => {
    const object = prepared(services, service({ clusterIP: '10.96.0.10', ports: [http] }));
    expect(allocate(object)).toMatchObject({ claims: ips('10.96.0.10'), errors: [] });
    expect(object.spec.clusterIPs).toEqual(['10.96.0.10']);
  });

  it('are refused when another service holds the one asked for', () => {
    const object = prepared(services, service({ clusterIP: '10.96.0.10', ports: [http] }));
    expect(allocate(object, ips('10.96.0.10')).errors).toEqual([
      'spec.clusterIPs: Invalid value: ["10.96.0.10"]: failed to allocate IP 10.96.0.10: provided IP is already allocated',
    ]);
  });

  it('are refused when they are not of the range', () => {
    const object = prepared(services, service({ clusterIP: '192.168.1.1', ports: [http] }));
    expect(allocate(object).errors).toEqual([
      'spec.clusterIPs: Invalid value: ["192.168.1.1"]: failed to allocate IP 192.168.1.1: the provided network does not match the current range',
    ]);
  });

  it('are found in a range that is all but full, the static part last', () => {
    const small = { ...CONTEXT, cluster: { ...CONTEXT.cluster, serviceCIDR: '10.0.0.0/27' } };
    const all = Array.from({ length: 30 }, (_, index) => `10.0.0.${index + 1}`);
    for (const free of ['10.0.0.30', '10.0.0.1']) {
      const object = prepared(services, service({ ports: [http] }), small);
      const held = ips(...all.filter((each) => each !== free));
      expect(allocate(object, held, small)).toMatchObject({ claims: ips(free), errors: [] });
      expect(object.spec.clusterIP).toBe(free);
    }
    const object = prepared(services, service({ ports: [http] }), small);
    expect(() => allocate(object, ips(...all), small)).toThrow(
      'Internal error occurred: failed to allocate a serviceIP: range is full',
    );
  });

  it('are none for headless services and external names', () => {
    expect(allocate(prepared(services, service({ clusterIP: 'None', selector: { app: 'a' } }))).claims).toEqual([]);
    expect(allocate(prepared(services, service({ type: 'ExternalName', externalName: 'x.org' }))).claims).toEqual([]);
  });

  it('are of the families that the cluster has', () => {
    const dual = prepared(services, service({ ipFamilyPolicy: 'RequireDualStack', ports: [http] }));
    expect(allocate(dual).errors).toEqual([
      'spec.ipFamilyPolicy: Invalid value: "RequireDualStack": this cluster is not configured for dual-stack services',
    ]);
    const six = prepared(services, service({ ipFamilies: ['IPv6'], ports: [http] }));
    expect(allocate(six).errors).toEqual(['spec.ipFamilies[0]: Invalid value: "IPv6": not configured on this cluster']);
    const preferred = prepared(services, service({ ipFamilyPolicy: 'PreferDualStack', ports: [http] }));
    expect(allocate(preferred).errors).toEqual([]);
    expect(preferred.spec).toMatchObject({ ipFamilyPolicy: 'PreferDualStack', ipFamilies: ['IPv4'] });
  });
});

describe('node ports', () => {
  it('are given to NodePort and LoadBalancer services only, from the dynamic part', () => {
    expect(created({ ports: [http] }).spec.ports[0]).not.toHaveProperty('nodePort');
    for (const type of ['NodePort', 'LoadBalancer']) {
      const { nodePort } = created({ type, ports: [http] }).spec.ports[0];
      expect(nodePort).toBeGreaterThanOrEqual(30_086);
      expect(nodePort).toBeLessThanOrEqual(32_767);
    }
    const without = { type: 'LoadBalancer', allocateLoadBalancerNodePorts: false, ports: [http] };
    expect(created(without).spec.ports[0]).not.toHaveProperty('nodePort');
  });

  it('differ between ports and are shared by the protocols of one', () => {
    const { spec } = created({
      type: 'NodePort',
      ports: [
        { name: 'dns', port: 53, protocol: 'UDP' },
        { name: 'dns-tcp', port: 53, protocol: 'TCP' },
        { name: 'metrics', port: 9153 },
      ],
    });
    expect(spec.ports[0].nodePort).toBe(spec.ports[1].nodePort);
    expect(spec.ports[2].nodePort).not.toBe(spec.ports[0].nodePort);
  });

  it('are refused when taken or out of range', () => {
    const with30080 = () => prepared(services, service({ type: 'NodePort', ports: [{ port: 80, nodePort: 30_080 }] }));
    expect(allocate(with30080())).toMatchObject({ errors: [], claims: expect.arrayContaining(ports(30_080)) });
    expect(allocate(with30080(), ports(30_080)).errors).toEqual([
      'spec.ports[0].nodePort: Invalid value: 30080: provided port is already allocated',
    ]);
    const low = prepared(services, service({ type: 'NodePort', ports: [{ port: 80, nodePort: 80 }] }));
    expect(allocate(low).errors).toEqual([
      'spec.ports[0].nodePort: Invalid value: 80: provided port is not in the valid range. The range of valid ports is 30000-32767',
    ]);
  });

  it('are looked for again when another was faster, without giving the address up', () => {
    const one = { ...CONTEXT, cluster: { ...CONTEXT.cluster, nodePortRange: [30_000, 30_001] as const } };
    const object = prepared(services, service({ type: 'NodePort', clusterIP: '10.96.0.7', ports: [http] }), one);
    const result = allocate(object, ports(30_000), one);
    expect(result.claims).toEqual([...ips('10.96.0.7'), ...ports(30_001)]);
    expect(object.spec.ports[0].nodePort).toBe(30_001);
  });

  it('include one for health checks when traffic stays on the node', () => {
    const { spec } = created({ type: 'LoadBalancer', externalTrafficPolicy: 'Local', ports: [http] });
    expect(spec.healthCheckNodePort).toBeGreaterThanOrEqual(30_086);
    expect(spec.healthCheckNodePort).not.toBe(spec.ports[0].nodePort);
  });
});

describe('updating a service', () => {
  it('keeps what was allocated when the client leaves it out', () => {
    const old = created({ type: 'NodePort', ports: [{ name: 'http', ...http }] });
    const changed = updated(
      services,
      service({
        type: 'NodePort',
        ports: [
          { name: 'http', port: 8080 },
          { name: 'new', port: 81 },
        ],
      }),
      old,
    );
    expect(changed.spec).toMatchObject({
      clusterIP: old.spec.clusterIP,
      clusterIPs: old.spec.clusterIPs,
      ipFamilies: ['IPv4'],
      ipFamilyPolicy: 'SingleStack',
    });
    expect(changed.spec.ports[0].nodePort).toBe(old.spec.ports[0].nodePort);
    expect(changed.spec.ports[1]).not.toHaveProperty('nodePort');
    expect(allocate(changed).claims).toHaveLength(3);
  });

  it('gives up what the new type has no use for', () => {
    const old = created({ type: 'NodePort', ports: [http] });
    const plain = updated(
      services,
      { ...structuredClone(old), spec: { ...structuredClone(old.spec), type: 'ClusterIP' } },
      old,
    );
    expect(plain.spec.ports[0]).not.toHaveProperty('nodePort');
    expect(plain.spec).not.toHaveProperty('externalTrafficPolicy');
    expect(allocate(plain).claims).toEqual(ips(old.spec.clusterIP));

    const external = { ...structuredClone(old.spec), type: 'ExternalName', externalName: 'example.org' };
    const named = updated(services, service(external), old);
    for (const field of ['clusterIP', 'clusterIPs', 'ipFamilies', 'ipFamilyPolicy']) {
      expect(named.spec).not.toHaveProperty(field);
    }
    expect(allocate(named).claims).toEqual([]);
  });

  it('gives an external name that becomes a service an address', () => {
    const old = created({ type: 'ExternalName', externalName: 'example.org' });
    const changed = updated(services, service({ type: 'ClusterIP', ports: [http] }), old);
    expect(allocate(changed).errors).toEqual([]);
    expect(changed.spec.clusterIP).toMatch(/^10\.96\./);
  });
});

describe('columns of a service', () => {
  it('show addresses and ports', () => {
    const shown = cells(
      services,
      service({
        type: 'NodePort',
        clusterIP: '10.96.1.1',
        clusterIPs: ['10.96.1.1'],
        selector: { b: '2', a: '1' },
        ports: [
          { port: 80, nodePort: 30_080, protocol: 'TCP' },
          { port: 53, protocol: 'UDP' },
        ],
      }),
    );
    expect(shown).toEqual({
      Type: 'NodePort',
      'Cluster-IP': '10.96.1.1',
      'External-IP': '<none>',
      'Port(s)': '80:30080/TCP,53/UDP',
      Age: '60m',
      Selector: 'a=1,b=2',
    });
  });

  it.each([
    ['<pending>', { type: 'LoadBalancer' }, {}],
    ['1.2.3.4,9.9.9.9', { type: 'LoadBalancer', externalIPs: ['9.9.9.9'] }, { ingress: [{ ip: '1.2.3.4' }] }],
    ['example.org', { type: 'ExternalName', externalName: 'example.org' }, {}],
    ['9.9.9.9', { type: 'ClusterIP', externalIPs: ['9.9.9.9'] }, {}],
  ])('show %s as external address', (expected, spec, loadBalancer) => {
    const object = { ...service(spec), status: { loadBalancer } } as UnknownObject;
    expect(cells(services, object)['External-IP']).toBe(expected);
  });
});
