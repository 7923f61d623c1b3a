import { expect, test } from 'vitest';
import { buildSubsets, MAX_ADDRESSES } from '../../../../src/controllers/endpoints/subsets.ts';
import { pod, ready, service, serving } from '../factories.ts';

const PORTS = { ports: [{ name: 'http', port: 80, targetPort: 'web' }] };
const web = (containerPort: number) => ({
  spec: { containers: [{ name: 'web', image: 'web:1', ports: [{ name: 'web', containerPort }] }] },
});

test('ready and unready pods of the same ports share a subset; pods of another port have their own', () => {
  const pods = [
    serving('b', '10.0.0.2', web(8080)),
    serving('a', '10.0.0.1', web(8080)),
    serving('c', '10.0.0.3', { ...web(8080), status: { conditions: [ready(undefined, 'False')] } }),
    serving('d', '10.0.0.4', web(9090)),
  ];
  const { subsets, truncated } = buildSubsets(service(PORTS), pods);
  expect(truncated).toBe(false);
  expect(
    subsets.map((subset) => ({
      ready: subset.addresses?.map(({ ip }) => ip),
      unready: subset.notReadyAddresses?.map(({ ip }) => ip),
      ports: subset.ports,
    })),
  ).toEqual([
    { ready: ['10.0.0.1', '10.0.0.2'], unready: ['10.0.0.3'], ports: [{ name: 'http', port: 8080, protocol: 'TCP' }] },
    { ready: ['10.0.0.4'], unready: undefined, ports: [{ name: 'http', port: 9090, protocol: 'TCP' }] },
  ]);
});

test('pods that cannot serve are left out', () => {
  const pods = [
    pod('without-ip', web(8080)),
    serving('finished', '10.0.0.1', { ...web(8080), status: { phase: 'Succeeded' } }),
    serving('terminating', '10.0.0.2', { ...web(8080), metadata: { deletionTimestamp: '2026-01-01T00:00:00Z' } }),
    serving('without-port', '10.0.0.3'),
  ];
  expect(buildSubsets(service(PORTS), pods).subsets).toEqual([]);
});

test('a service that publishes unready pods lists terminating ones too, all as ready', () => {
  const pods = [
    serving('unready', '10.0.0.1', { status: { conditions: [] } }),
    serving('terminating', '10.0.0.2', { metadata: { deletionTimestamp: '2026-01-01T00:00:00Z' } }),
  ];
  const [subset] = buildSubsets(service({ publishNotReadyAddresses: true, ports: [{ port: 80 }] }), pods).subsets;
  expect(subset?.addresses?.map(({ ip }) => ip)).toEqual(['10.0.0.1', '10.0.0.2']);
});

test("an address is of the service's first family", () => {
  const dual = serving('dual', '10.0.0.1', { status: { podIPs: [{ ip: '10.0.0.1' }, { ip: 'fd00::1' }] } });
  const [subset] = buildSubsets(service({ ipFamilies: ['IPv6', 'IPv4'], ports: [{ port: 80 }] }), [dual]).subsets;
  expect(subset?.addresses?.map(({ ip }) => ip)).toEqual(['fd00::1']);
});

test('beyond the limit unready addresses are dropped first, and it is said', () => {
  const pods = Array.from({ length: MAX_ADDRESSES + 5 }, (_, index) =>
    serving(`pod-${index}`, `10.${index >> 8}.0.${index & 255}`, index < 10 ? { status: { conditions: [] } } : {}),
  );
  const { subsets, truncated } = buildSubsets(service({ ports: [{ port: 80 }] }), pods);
  expect(truncated).toBe(true);
  expect([subsets[0]?.addresses?.length, subsets[0]?.notReadyAddresses?.length]).toEqual([995, 5]);
});
