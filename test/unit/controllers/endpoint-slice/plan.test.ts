import { expect, test } from 'vitest';
import type { EndpointSlice, Pod, Service } from '../../../../src/client/resources.ts';
import { groupEndpoints } from '../../../../src/controllers/endpoint-slice/endpoints.ts';
import { planSlices, type SlicePlan } from '../../../../src/controllers/endpoint-slice/plan.ts';
import { ready, service, serving } from '../factories.ts';

const WEB = service({ ports: [{ name: 'http', port: 80, targetPort: 8080 }] });

function plan(of: Service, pods: readonly Pod[], existing: readonly EndpointSlice[] = []): SlicePlan {
  return planSlices(of, 'IPv4', groupEndpoints(of, pods, 'IPv4'), existing);
}

/** The slices after a plan, named as the API server would. */
function apply(existing: readonly EndpointSlice[], { create, update, delete: gone }: SlicePlan): EndpointSlice[] {
  const updated = existing
    .filter((slice) => !gone.includes(slice))
    .map((slice) => update.find(({ metadata }) => metadata.name === slice.metadata.name) ?? slice);
  const created = create.map((slice) => ({ ...slice, metadata: { ...slice.metadata, name: crypto.randomUUID() } }));
  return [...updated, ...created];
}

function pods(from: number, to: number): Pod[] {
  return Array.from({ length: to - from }, (_, index) =>
    serving(`pod-${from + index}`, `10.0.${(from + index) >> 8}.${(from + index) & 255}`),
  );
}

const sizes = (slices: readonly EndpointSlice[]) => slices.map(({ endpoints }) => endpoints?.length ?? 0);

test("a slice carries the service's name, labels and owner, and the resolved ports", () => {
  const [slice] = plan(WEB, pods(0, 1)).create;
  expect(slice?.metadata).toEqual({
    generateName: 'web-',
    namespace: 'shop',
    labels: {
      team: 'a',
      'kubernetes.io/service-name': 'web',
      'endpointslice.kubernetes.io/managed-by': 'endpointslice-controller.k8s.io',
    },
    ownerReferences: [
      {
        apiVersion: 'v1',
        kind: 'Service',
        name: 'web',
        uid: 'service-uid',
        controller: true,
        blockOwnerDeletion: true,
      },
    ],
  });
  expect(slice).toMatchObject({ addressType: 'IPv4', ports: [{ name: 'http', port: 8080, protocol: 'TCP' }] });
});

test.each([
  ['ready', {}, { ready: true, serving: true, terminating: false }],
  [
    'unready',
    { status: { conditions: [ready(undefined, 'False')] } },
    { ready: false, serving: false, terminating: false },
  ],
  [
    'terminating but serving',
    { metadata: { deletionTimestamp: '2026-01-01T00:00:00Z' } },
    { ready: false, serving: true, terminating: true },
  ],
])('the conditions of a pod that is %s', (_, rest, expected) => {
  expect(plan(WEB, [serving('a', '10.0.0.1', rest)]).create[0]?.endpoints?.[0]?.conditions).toEqual(expected);
});

test('slices hold at most a hundred endpoints', () => {
  expect(sizes(plan(WEB, pods(0, 250)).create)).toEqual([100, 100, 50]);
});

test('nothing is written when nothing has changed', () => {
  const slices = apply([], plan(WEB, pods(0, 150)));
  expect(plan(WEB, pods(0, 150), slices)).toEqual({ create: [], update: [], delete: [] });
});

test('a pod that goes and one that comes cost one write, and the others stay in their slices', () => {
  const slices = apply([], plan(WEB, pods(0, 150)));
  const next = plan(WEB, pods(1, 151), slices);
  expect([next.create.length, next.update.length, next.delete.length]).toEqual([0, 1, 0]);
  const names = next.update[0]?.endpoints?.map(({ targetRef }) => targetRef?.name);
  expect(names).toContain('pod-150');
  expect(names).not.toContain('pod-0');
  expect(names).toHaveLength(100);
});

test('a slice that empties is deleted, but for the last one', () => {
  const slices = apply([], plan(WEB, pods(0, 150)));
  const fewer = apply(slices, plan(WEB, pods(0, 100), slices));
  expect(sizes(fewer)).toEqual([100]);
  const none = apply(fewer, plan(WEB, [], fewer));
  expect(sizes(none)).toEqual([0]);
  expect(plan(WEB, [], none)).toEqual({ create: [], update: [], delete: [] });
});

test('pods whose named port has different numbers are in slices of their own', () => {
  const named = service({ ports: [{ port: 80, targetPort: 'web' }] });
  const on = (containerPort: number) => ({
    spec: { containers: [{ name: 'web', image: 'web:1', ports: [{ name: 'web', containerPort }] }] },
  });
  const both = [serving('a', '10.0.0.1', on(8080)), serving('b', '10.0.0.2', on(9090))];
  expect(plan(named, both).create.map(({ ports }) => ports?.[0]?.port)).toEqual([8080, 9090]);
});

test('other labels of the service reach slices whose endpoints have not changed', () => {
  const slices = apply([], plan(WEB, pods(0, 1)));
  const relabelled = { ...WEB, metadata: { ...WEB.metadata, labels: { team: 'b' } } };
  expect(plan(relabelled, pods(0, 1), slices).update[0]?.metadata.labels?.team).toBe('b');
});
