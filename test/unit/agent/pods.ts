/** Pods and observed containers for the agent's unit tests. */

import { containerHash } from '../../../agent/pods/specs.ts';
import type { ObservedContainer } from '../../../agent/runtime/contract.ts';
import type { Pod } from '../../../src/client/resources.ts';

export const NOW = Date.parse('2026-01-01T00:10:00Z');

export function podOf(spec: Partial<NonNullable<Pod['spec']>> = {}, status: NonNullable<Pod['status']> = {}): Pod {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'web', namespace: 'default', uid: 'u1', resourceVersion: '7' },
    spec: { containers: [{ name: 'c', image: 'busybox:1.36' }], ...spec },
    status,
  };
}

export function sandboxOf(overrides: Partial<ObservedContainer> = {}): ObservedContainer {
  return { ...containerOf({ kind: 'sandbox', container: '', id: 's0', ip: '10.0.0.2' }), ...overrides };
}

export function containerOf(overrides: Partial<ObservedContainer> = {}): ObservedContainer {
  const { kind = 'container', container = 'c' } = overrides;
  return {
    kind,
    podUid: 'u1',
    podName: 'web',
    podNamespace: 'default',
    container,
    attempt: 0,
    hash: containerHash({ name: container, image: 'busybox:1.36' }),
    id: 'c0',
    state: 'running',
    createdAt: '2026-01-01T00:00:00.5Z',
    startedAt: '2026-01-01T00:00:01.5Z',
    oomKilled: false,
    image: 'busybox:1.36',
    imageId: 'docker://sha256:1',
    ...(kind === 'sandbox' ? {} : { sandboxId: 's0' }),
    ...overrides,
  };
}

export function exitedOf(exitCode: number, overrides: Partial<ObservedContainer> = {}): ObservedContainer {
  return containerOf({ state: 'exited', exitCode, finishedAt: '2026-01-01T00:09:58Z', ...overrides });
}
