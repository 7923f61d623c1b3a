import { describe, expect, it } from 'vitest';
import { nodes } from '../../../../src/apis/core/node.ts';
import { allocationState } from '../../../../src/apiserver/registry/allocation.ts';
import type { Claim } from '../../../../src/apiserver/storage/contract.ts';
import type { UnknownObject } from '../../../../src/meta/object.ts';
import { ago, CONTEXT, cells, defaulted, type Manifest } from '../support.ts';

function node(spec: object = {}, status: object = {}, labels: Record<string, string> = {}): Manifest {
  return { metadata: { name: 'n', creationTimestamp: ago(600), labels }, spec, status } as Manifest;
}

function allocate(object: Manifest, taken: Claim[], context = CONTEXT, old?: Manifest, state = allocationState()) {
  state.learn({ podCIDR: taken.map(({ value }) => value) });
  return nodes.strategy.allocate?.(context, object, old, state);
}

describe('the podCIDR of a node', () => {
  it('is a free part of the cluster’s', () => {
    const object = node();
    const result = allocate(object, []);
    expect(object.spec.podCIDR).toMatch(/^10\.244\.\d+\.0\/24$/);
    expect(object.spec.podCIDRs).toEqual([object.spec.podCIDR]);
    expect(result).toEqual({ claims: [{ pool: 'podCIDR', value: object.spec.podCIDR }] });
  });

  it('is another one after a collision, until none is left', () => {
    const four = { ...CONTEXT, cluster: { ...CONTEXT.cluster, clusterCIDR: '10.244.0.0/22' } };
    const object = node();
    const taken: Claim[] = [];
    const state = allocationState();
    for (let round = 0; round < 4; round += 1) {
      const [claim] = allocate(object, taken, four, undefined, state)?.claims ?? [];
      expect(claim).toBeDefined();
      expect(taken).not.toContainEqual(claim);
      taken.push(claim!);
    }
    expect(taken.map(({ value }) => value).sort()).toEqual([
      '10.244.0.0/24',
      '10.244.1.0/24',
      '10.244.2.0/24',
      '10.244.3.0/24',
    ]);
    expect(allocate(object, taken, four, undefined, state)).toEqual({ claims: [] });
    expect(object.spec).not.toHaveProperty('podCIDR');
  });

  it('is the one it came with, unless another node holds that', () => {
    const given = () => node({ podCIDR: '10.244.9.0/24', podCIDRs: ['10.244.9.0/24'] });
    expect(allocate(given(), [])?.claims).toEqual([{ pool: 'podCIDR', value: '10.244.9.0/24' }]);
    const refused = allocate(given(), [{ pool: 'podCIDR', value: '10.244.9.0/24' }]);
    expect(refused?.errors).toMatchObject([{ field: 'spec.podCIDRs', type: 'FieldValueInvalid' }]);
  });

  it('stays claimed over updates, and is found by an update when there was none before', () => {
    const old = node({ podCIDR: '10.244.9.0/24', podCIDRs: ['10.244.9.0/24'] });
    expect(allocate(structuredClone(old), [], CONTEXT, old)?.claims).toEqual([
      { pool: 'podCIDR', value: '10.244.9.0/24' },
    ]);
    expect(allocate(node(), [], CONTEXT, node())?.claims).toHaveLength(1);
  });
});

describe('defaults of a node', () => {
  it('make everything it has allocatable', () => {
    expect(defaulted(nodes, node({}, { capacity: { cpu: '2' } })).status.allocatable).toEqual({ cpu: '2' });
  });
});

describe('columns of a node', () => {
  it('show what it is and where', () => {
    const status = {
      conditions: [{ type: 'Ready', status: 'True' }],
      addresses: [
        { type: 'Hostname', address: 'n' },
        { type: 'InternalIP', address: '192.168.0.2' },
      ],
      nodeInfo: {
        kubeletVersion: 'v1.35.0',
        osImage: 'Debian GNU/Linux 13',
        kernelVersion: '6.12.0',
        containerRuntimeVersion: 'docker://28.0.0',
      },
    };
    const labels = { 'node-role.kubernetes.io/worker': '', 'kubernetes.io/role': 'edge' };
    expect(cells(nodes, node({ unschedulable: true }, status, labels))).toEqual({
      Status: 'Ready,SchedulingDisabled',
      Roles: 'edge,worker',
      Age: '10m',
      Version: 'v1.35.0',
      'Internal-IP': '192.168.0.2',
      'External-IP': '<none>',
      'OS-Image': 'Debian GNU/Linux 13',
      'Kernel-Version': '6.12.0',
      'Container-Runtime': 'docker://28.0.0',
    });
  });

  it('say what is not known', () => {
    expect(cells(nodes, node())).toMatchObject({ Status: 'Unknown', Roles: '<none>', 'OS-Image': '<unknown>' });
    expect(cells(nodes, node({}, { conditions: [{ type: 'Ready', status: 'Unknown' }] })).Status).toBe('NotReady');
  });

  it('select by whether it takes pods', () => {
    const unschedulable = nodes.selectableFields?.['spec.unschedulable'];
    expect(unschedulable?.(node() as UnknownObject)).toBe('false');
    expect(unschedulable?.(node({ unschedulable: true }) as UnknownObject)).toBe('true');
  });
});
