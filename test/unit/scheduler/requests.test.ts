import { describe, expect, it } from 'vitest';
import { podRequests, podRequestsForScore } from '../../../src/scheduler/requests.ts';
import { pod } from './factories.ts';

const container = (requests: Record<string, string>, more: object = {}) => ({
  name: 'c',
  image: 'i',
  resources: { requests },
  ...more,
});
const sidecar = (requests: Record<string, string>) => container(requests, { restartPolicy: 'Always' });

function requestsOf(spec: object): Record<string, number> {
  return Object.fromEntries(podRequests(pod('p', { spec })));
}

describe("a pod's requests", () => {
  it('add up its containers', () => {
    const containers = [container({ cpu: '250m', memory: '64Mi' }), container({ cpu: '1', 'example.com/gpu': '2' })];
    expect(requestsOf({ containers })).toEqual({ cpu: 1250, memory: 64 * 2 ** 20, 'example.com/gpu': 2 });
  });

  it('are at least what the greatest init container needs, one at a time', () => {
    const containers = [container({ cpu: '1', memory: '1Gi' })];
    const initContainers = [container({ cpu: '500m', memory: '4Gi' }), container({ cpu: '1500m' })];
    expect(requestsOf({ containers, initContainers })).toEqual({ cpu: 1500, memory: 4 * 2 ** 30 });
  });

  it('count sidecars with the containers, and with the init containers after them', () => {
    const containers = [container({ cpu: '1' })];
    expect(requestsOf({ containers, initContainers: [sidecar({ cpu: '200m' })] })).toEqual({ cpu: 1200 });
    const after = [sidecar({ cpu: '200m' }), container({ cpu: '3' })];
    expect(requestsOf({ containers, initContainers: after })).toEqual({ cpu: 3200 });
    const before = [container({ cpu: '3' }), sidecar({ cpu: '200m' })];
    expect(requestsOf({ containers, initContainers: before })).toEqual({ cpu: 3000 });
  });

  it('add the overhead on top, and let requests of the whole pod replace the sum', () => {
    const containers = [container({ cpu: '1', memory: '1Gi' })];
    expect(requestsOf({ containers, overhead: { cpu: '100m' } })).toEqual({ cpu: 1100, memory: 2 ** 30 });
    const resources = { requests: { cpu: '2' } };
    expect(requestsOf({ containers, resources, overhead: { cpu: '100m' } })).toEqual({ cpu: 2100, memory: 2 ** 30 });
  });

  it('count something for containers that ask for nothing, in scores only', () => {
    const asking = pod('p', { spec: { containers: [container({}), container({ cpu: '1' })] } });
    expect(podRequests(asking).get('memory')).toBeUndefined();
    expect(Object.fromEntries(podRequestsForScore(asking))).toEqual({ cpu: 1100, memory: 400 * 2 ** 20 });
  });
});
