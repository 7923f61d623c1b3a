import { describe, expect, it } from 'vitest';
import type { Node, Pod } from '../../../src/client/resources.ts';
import { schedule } from '../../../src/scheduler/schedule.ts';
import { assigned, node, pod, snapshotOf } from './factories.ts';

/** The node the pod goes to, or the message. */
function place(pending: Pod, nodes: Node[], others: Pod[] = []): string {
  const { placements, refusals } = schedule([pending], snapshotOf(nodes, others));
  return placements[0]?.node ?? refusals[0]!.message;
}

/** What the message says of one node: why it does not take the pod. */
function reason(pending: Pod, only: Node, others: Pod[] = []): string {
  const message = place(pending, [only], others);
  return /^0\/1 nodes are available: (.*)\.$/.exec(message)?.[1] ?? message;
}

const withAffinity = (nodeAffinity: object): Pod => pod('p', { spec: { affinity: { nodeAffinity } } });
const requiring = (...nodeSelectorTerms: object[]): Pod =>
  withAffinity({ requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms } });

describe('resources', () => {
  it('must fit beside what runs there, to the last byte', () => {
    const running = assigned(pod('a', { requests: { cpu: '3', memory: '4Gi' } }), 'n');
    expect(reason(pod('p', { requests: { cpu: '1', memory: '4Gi' } }), node('n'), [running])).toBe('n');
    expect(reason(pod('p', { requests: { cpu: '1001m' } }), node('n'), [running])).toBe('1 Insufficient cpu');
    expect(reason(pod('p', { requests: { cpu: '5' } }), node('n'), [running])).toBe('1 Insufficient cpu');
  });

  it('that are short are all named', () => {
    const running = assigned(pod('a', { requests: { cpu: '4', memory: '8Gi', 'ephemeral-storage': '50Gi' } }), 'n');
    const wanting = pod('p', { requests: { cpu: '1', memory: '1', 'ephemeral-storage': '1', 'example.com/gpu': '1' } });
    expect(reason(wanting, node('n', { allocatable: { pods: '1' } }), [running])).toBe(
      '1 Insufficient cpu, 1 Insufficient ephemeral-storage, 1 Insufficient example.com/gpu, 1 Insufficient memory, 1 Too many pods',
    );
  });

  it('that are not asked for do not matter, even on an overcommitted node', () => {
    const running = assigned(pod('a', { requests: { cpu: '9' } }), 'n');
    expect(place(pod('p', { requests: { cpu: '0' } }), [node('n')], [running])).toBe('n');
  });

  it('of pods that the node still runs while they end count', () => {
    const ending = assigned(pod('a', { requests: { cpu: '4' }, deletedAt: '2026-01-01T00:00:00Z' }), 'n');
    expect(reason(pod('p', { requests: { cpu: '1' } }), node('n'), [ending])).toBe('1 Insufficient cpu');
  });
});

describe('cordoned nodes', () => {
  it('take only pods that tolerate it', () => {
    const cordoned = node('n', { unschedulable: true });
    expect(reason(pod('p'), cordoned)).toBe('1 node(s) were unschedulable');
    const tolerations = [{ key: 'node.kubernetes.io/unschedulable', operator: 'Exists', effect: 'NoSchedule' }];
    expect(place(pod('p', { spec: { tolerations } as never }), [cordoned])).toBe('n');
  });
});

describe('taints', () => {
  const tainted = (effect: string) => node('n', { taints: [{ key: 'k', value: 'v', effect }] });
  const tolerating = (toleration: object) => pod('p', { spec: { tolerations: [toleration] } });

  it('keep pods out, unless they only advise', () => {
    expect(reason(pod('p'), tainted('NoSchedule'))).toBe('1 node(s) had untolerated taint(s)');
    expect(reason(pod('p'), tainted('NoExecute'))).toBe('1 node(s) had untolerated taint(s)');
    expect(place(pod('p'), [tainted('PreferNoSchedule')])).toBe('n');
  });

  it.each([
    [{ key: 'k', operator: 'Equal', value: 'v', effect: 'NoSchedule' }, true],
    [{ key: 'k', value: 'v' }, true],
    [{ key: 'k', operator: 'Exists' }, true],
    [{ operator: 'Exists' }, true],
    [{ key: 'k', operator: 'Exists', effect: 'NoExecute' }, false],
    [{ key: 'k', value: 'other' }, false],
    [{ key: 'other', operator: 'Exists' }, false],
    [{ operator: 'Equal', value: 'v' }, false],
  ])('are tolerated by %j: %s', (toleration, expected) => {
    expect(place(tolerating(toleration), [tainted('NoSchedule')]) === 'n').toBe(expected);
  });
});

describe('node selectors and required node affinity', () => {
  const labelled = node('n', { labels: { disk: 'ssd', cores: '8' } });
  const rejection = "1 node(s) didn't match Pod's node affinity/selector";

  it('need every label of the node selector', () => {
    expect(place(pod('p', { spec: { nodeSelector: { disk: 'ssd' } } }), [labelled])).toBe('n');
    expect(reason(pod('p', { spec: { nodeSelector: { disk: 'ssd', gpu: 'yes' } } }), labelled)).toBe(rejection);
  });

  it.each([
    [{ key: 'disk', operator: 'In', values: ['hdd', 'ssd'] }, true],
    [{ key: 'disk', operator: 'NotIn', values: ['hdd'] }, true],
    [{ key: 'disk', operator: 'NotIn', values: ['ssd'] }, false],
    [{ key: 'gpu', operator: 'NotIn', values: ['a'] }, true],
    [{ key: 'disk', operator: 'Exists' }, true],
    [{ key: 'gpu', operator: 'Exists' }, false],
    [{ key: 'gpu', operator: 'DoesNotExist' }, true],
    [{ key: 'cores', operator: 'Gt', values: ['7'] }, true],
    [{ key: 'cores', operator: 'Gt', values: ['8'] }, false],
    [{ key: 'cores', operator: 'Lt', values: ['9'] }, true],
    [{ key: 'disk', operator: 'Lt', values: ['9'] }, false],
  ])('match %j: %s', (expression, expected) => {
    expect(place(requiring({ matchExpressions: [expression] }), [labelled]) === 'n').toBe(expected);
  });

  it('need one term, with all its expressions; an empty term matches nothing', () => {
    const ssd = { key: 'disk', operator: 'Exists' };
    const gpu = { key: 'gpu', operator: 'Exists' };
    expect(reason(requiring({ matchExpressions: [ssd, gpu] }), labelled)).toBe(rejection);
    expect(place(requiring({ matchExpressions: [gpu] }, { matchExpressions: [ssd] }), [labelled])).toBe('n');
    expect(reason(requiring({}), labelled)).toBe(rejection);
  });

  it('can name the node, and then say so of the others', () => {
    const pinned = requiring({ matchFields: [{ key: 'metadata.name', operator: 'In', values: ['n'] }] });
    expect(place(pinned, [node('m'), node('n')])).toBe('n');
    expect(reason(pinned, node('m'))).toBe("1 node(s) didn't satisfy plugin(s) [NodeAffinity]");
  });
});

describe('host ports', () => {
  const using = (hostPort: number, more: object = {}) =>
    pod('p', { hostPorts: [{ containerPort: 80, hostPort, ...more }] });

  it.each([
    [{}, {}, false],
    [{ protocol: 'UDP' }, {}, true],
    [{ hostIP: '10.0.0.1' }, { hostIP: '10.0.0.2' }, true],
    [{ hostIP: '10.0.0.1' }, { hostIP: '10.0.0.1' }, false],
    [{ hostIP: '10.0.0.1' }, {}, false],
    [{ hostIP: '0.0.0.0' }, { hostIP: '10.0.0.1' }, false],
  ])('of %j beside %j can both be had: %s', (wanted, taken, expected) => {
    const running = assigned({ ...using(8080, taken), metadata: { name: 'a', namespace: 'default' } }, 'n');
    const answer = reason(using(8080, wanted), node('n'), [running]);
    expect(answer).toBe(expected ? 'n' : "1 node(s) didn't have free ports for the requested pod ports");
  });

  it('of different numbers, and ports of the container alone, do not conflict', () => {
    const running = assigned(using(8080), 'n');
    expect(place(using(8081), [node('n')], [running])).toBe('n');
    expect(place(pod('q', { hostPorts: [{ containerPort: 8080 }] }), [node('n')], [running])).toBe('n');
  });
});

describe('messages', () => {
  it('count each reason over the nodes, as upstream does', () => {
    const taints = [{ key: 'k', effect: 'NoSchedule' }];
    const full = assigned(pod('a', { requests: { cpu: '4' } }), 'c');
    expect(
      place(pod('p', { requests: { cpu: '1' } }), [node('a', { taints }), node('b', { taints }), node('c')], [full]),
    ).toBe('0/3 nodes are available: 1 Insufficient cpu, 2 node(s) had untolerated taint(s).');
  });

  it('say when there are no nodes, and speak of no preemption, which there is not', () => {
    expect(place(pod('p'), [])).toBe('no nodes available to schedule pods');
    const modest = pod('p', { spec: { preemptionPolicy: 'Never' } });
    expect(place(modest, [node('n', { unschedulable: true })])).toBe(
      '0/1 nodes are available: 1 node(s) were unschedulable.',
    );
  });

  it.each([
    ['required pod affinity', { affinity: { podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [{}] } } }],
    [
      'required pod anti-affinity',
      { affinity: { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [{}] } } },
    ],
    [
      'topology spread constraints with DoNotSchedule',
      { topologySpreadConstraints: [{ maxSkew: 1, topologyKey: 'zone', whenUnsatisfiable: 'DoNotSchedule' }] },
    ],
    ['persistent volume claims', { volumes: [{ name: 'v', persistentVolumeClaim: { claimName: 'c' } }] }],
    ['resource claims', { resourceClaims: [{ name: 'gpu' }] }],
  ])('name %s as what the scheduler cannot do yet', (what, spec) => {
    expect(place(pod('p', { spec }), [node('n')])).toBe(
      `0/1 nodes are available: the pod asks for ${what}, which Kedge's scheduler does not support yet.`,
    );
  });

  it('are not needed for constraints that only advise', () => {
    const topologySpreadConstraints = [{ maxSkew: 1, topologyKey: 'zone', whenUnsatisfiable: 'ScheduleAnyway' }];
    expect(place(pod('p', { spec: { topologySpreadConstraints } as never }), [node('n')])).toBe('n');
  });
});
