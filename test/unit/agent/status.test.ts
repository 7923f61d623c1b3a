import { describe, expect, it } from 'vitest';
import { differences } from '../../../agent/pods/report.ts';
import { computeStatus, type StatusInput } from '../../../agent/pods/status.ts';
import type { ObservedContainer } from '../../../agent/runtime/contract.ts';
import type { Pod } from '../../../src/client/resources.ts';
import { containerOf, exitedOf, NOW, podOf, sandboxOf } from './pods.ts';

function status(pod: Pod, observed: ObservedContainer[], overrides: Partial<StatusInput> = {}) {
  return computeStatus({
    pod,
    observed,
    now: new Date(NOW),
    hostIp: '192.0.2.1',
    waiting: new Map(),
    crashLoops: new Map(),
    probes: new Map(),
    finished: false,
    ...overrides,
  });
}

function condition(result: ReturnType<typeof status>, type: string) {
  return result.conditions?.find((each) => each.type === type);
}

describe('a running pod', () => {
  const result = status(podOf(), [containerOf(), sandboxOf()]);

  it('is Running and Ready with its addresses', () => {
    expect(result).toMatchObject({
      phase: 'Running',
      hostIP: '192.0.2.1',
      hostIPs: [{ ip: '192.0.2.1' }],
      podIP: '10.0.0.2',
      podIPs: [{ ip: '10.0.0.2' }],
    });
    for (const type of ['PodReadyToStartContainers', 'Initialized', 'Ready', 'ContainersReady', 'PodScheduled']) {
      expect(condition(result, type)?.status).toBe('True');
    }
  });

  it('tells its containers as the kubelet does', () => {
    expect(result.containerStatuses).toEqual([
      {
        name: 'c',
        image: 'busybox:1.36',
        imageID: 'docker://sha256:1',
        containerID: 'docker://c0',
        restartCount: 0,
        state: { running: { startedAt: '2026-01-01T00:00:01Z' } },
        lastState: {},
        ready: true,
        started: true,
      },
    ]);
  });

  it('is not ready while a probe says so', () => {
    const unready = status(podOf(), [containerOf(), sandboxOf()], {
      probes: new Map([['c0', { started: true, ready: false }]]),
    });
    expect(condition(unready, 'Ready')).toMatchObject({
      status: 'False',
      reason: 'ContainersNotReady',
      message: 'containers with unready status: [c]',
    });
  });

  it('keeps the conditions of others and the times of what has not changed', () => {
    const before = '2026-01-01T00:00:05Z';
    const pod = podOf(
      {},
      {
        conditions: [
          { type: 'Ready', status: 'True', lastTransitionTime: before },
          { type: 'DisruptionTarget', status: 'True' },
        ],
      },
    );
    const next = status(pod, [containerOf(), sandboxOf()]);
    expect(condition(next, 'Ready')?.lastTransitionTime).toBe(before);
    expect(condition(next, 'DisruptionTarget')?.status).toBe('True');
  });

  it('on the host network has the address of the node', () => {
    expect(status(podOf({ hostNetwork: true }), [containerOf(), sandboxOf()]).podIP).toBe('192.0.2.1');
  });
});

describe('a pod that waits', () => {
  it('is Pending with ContainerCreating', () => {
    const result = status(podOf(), []);
    expect(result.phase).toBe('Pending');
    expect(result.containerStatuses?.[0]?.state).toEqual({ waiting: { reason: 'ContainerCreating' } });
  });

  it('says why its image cannot be had', () => {
    const waiting = new Map([['c', { reason: 'ImagePullBackOff', message: 'Back-off pulling image "x"' }]]);
    const result = status(podOf(), [sandboxOf()], { waiting });
    expect(result.containerStatuses?.[0]?.state?.waiting?.reason).toBe('ImagePullBackOff');
    expect(result.phase).toBe('Pending');
  });

  it('is PodInitializing while init containers run', () => {
    const pod = podOf({ initContainers: [{ name: 'i', image: 'busybox:1.36' }] });
    const result = status(pod, [containerOf({ kind: 'init', container: 'i', id: 'i0' }), sandboxOf()]);
    expect(result.phase).toBe('Pending');
    expect(result.containerStatuses?.[0]?.state).toEqual({ waiting: { reason: 'PodInitializing' } });
    expect(condition(result, 'Initialized')).toMatchObject({
      status: 'False',
      reason: 'ContainersNotInitialized',
      message: 'containers with incomplete status: [i]',
    });
  });
});

describe('a container that has ended', () => {
  it('in back-off is CrashLoopBackOff, with how it ended as the last state', () => {
    const result = status(podOf(), [exitedOf(3, { attempt: 2 }), sandboxOf()], {
      crashLoops: new Map([['c0', 80_000]]),
    });
    const [container] = result.containerStatuses!;
    expect(container?.state).toEqual({
      waiting: {
        reason: 'CrashLoopBackOff',
        message: 'back-off 1m20s restarting failed container=c pod=web_default(u1)',
      },
    });
    expect(container?.lastState?.terminated).toMatchObject({ exitCode: 3, reason: 'Error' });
    expect(container?.restartCount).toBe(2);
    expect(result.phase).toBe('Running');
  });

  it('at once has not started after its end, whatever the runtime says', () => {
    const dead = exitedOf(0, { startedAt: '2026-01-01T00:09:59.01Z' });
    const { containerStatuses } = status(podOf({ restartPolicy: 'Never' }), [dead, sandboxOf()]);
    expect(containerStatuses?.[0]?.state?.terminated?.startedAt).toBe('2026-01-01T00:09:58Z');
  });

  it('by want of memory is OOMKilled', () => {
    const result = status(podOf({ restartPolicy: 'Never' }), [exitedOf(137, { oomKilled: true }), sandboxOf()]);
    expect(result.containerStatuses?.[0]?.state?.terminated).toMatchObject({ exitCode: 137, reason: 'OOMKilled' });
  });

  it('before it could start is a StartError with the reason', () => {
    const { startedAt: _never, ...failed } = exitedOf(127, { startError: 'no such file' });
    const result = status(podOf({ restartPolicy: 'Never' }), [failed, sandboxOf()]);
    expect(result.containerStatuses?.[0]?.state?.terminated).toMatchObject({
      exitCode: 128,
      reason: 'StartError',
      message: 'no such file',
    });
  });

  it('shows the instance before it as its last state once it runs again', () => {
    const observed = [containerOf({ attempt: 1, id: 'c1' }), exitedOf(1), sandboxOf()];
    const [container] = status(podOf(), observed).containerStatuses!;
    expect(container?.restartCount).toBe(1);
    expect(container?.lastState?.terminated?.exitCode).toBe(1);
  });
});

describe('the phase', () => {
  it.each([
    ['Never', [0], 'Succeeded'],
    ['Never', [1], 'Failed'],
    ['OnFailure', [0], 'Succeeded'],
    ['Always', [0], 'Running'],
  ] as const)('with restartPolicy %s and exit codes %j is %s', (restartPolicy, [exitCode], expected) => {
    expect(status(podOf({ restartPolicy }), [exitedOf(exitCode), sandboxOf()]).phase).toBe(expected);
  });

  it('never goes back from an end', () => {
    const pod = podOf({ restartPolicy: 'Never' }, { phase: 'Failed' });
    expect(status(pod, [exitedOf(0), sandboxOf()]).phase).toBe('Failed');
  });

  it('of a pod that was ended is by its exit codes', () => {
    expect(status(podOf(), [exitedOf(0)], { finished: true }).phase).toBe('Succeeded');
    expect(status(podOf(), [exitedOf(137)], { finished: true }).phase).toBe('Failed');
    expect(status(podOf(), [], { finished: true }).phase).toBe('Failed');
  });
});

describe('a pod past its active deadline', () => {
  const pod = podOf({ activeDeadlineSeconds: 60 }, { phase: 'Running', startTime: '2026-01-01T00:09:00Z' });
  const failed = { phase: 'Failed', reason: 'DeadlineExceeded' };

  it('has failed for that once its containers have ended, and restarts none', () => {
    expect(status(pod, [containerOf(), sandboxOf()])).not.toHaveProperty('reason');
    const ended = status(pod, [exitedOf(0)]);
    expect(ended).toMatchObject(failed);
    expect(ended.containerStatuses?.[0]?.state?.terminated).toMatchObject({ exitCode: 0 });
    expect(condition(ended, 'Ready')).toMatchObject({ status: 'False', reason: 'PodFailed' });
  });

  it('says so for good', () => {
    const later = { ...pod, status: status(pod, [exitedOf(0)]) };
    expect(status(later, [exitedOf(0)])).toMatchObject(failed);
  });

  it('has failed too when nothing of it ever ran', () => {
    expect(status(pod, [])).toMatchObject(failed);
  });
});

describe('what is written', () => {
  it('is nothing when only the form differs', () => {
    const status = {
      phase: 'Running' as const,
      conditions: [{ type: 'Ready', status: 'True' as const, lastProbeTime: null as never }],
    };
    expect(differences({ conditions: [{ status: 'True', type: 'Ready' }], phase: 'Running' }, status)).toBeUndefined();
  });

  it('clears an address that is gone', () => {
    expect(differences({ podIP: '10.0.0.2', phase: 'Running' }, { phase: 'Running' })).toEqual({ podIP: null });
  });
});
