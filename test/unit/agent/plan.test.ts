import { describe, expect, it } from 'vitest';
import { type PlanInput, plan, type Step } from '../../../agent/pods/plan.ts';
import type { ObservedContainer } from '../../../agent/runtime/contract.ts';
import type { Pod } from '../../../src/client/resources.ts';
import { containerOf, exitedOf, NOW, podOf, sandboxOf } from './pods.ts';

function input(pod: Pod, observed: ObservedContainer[], overrides: Partial<PlanInput> = {}): PlanInput {
  return {
    pod,
    observed,
    now: NOW,
    stopping: new Map(),
    unhealthy: new Map(),
    mounted: {},
    holds: new Map(),
    restart: (_name, failedAt) => ({ at: failedAt, delayMs: 0 }),
    ...overrides,
  };
}

function shown(steps: readonly Step[]): string[] {
  return steps.map((step) => {
    if (step.kind === 'start') return `start ${step.container.name} ${step.attempt}`;
    if (step.kind === 'runSandbox') return `runSandbox ${step.attempt}${step.changed ? ' changed' : ''}`;
    return 'target' in step ? `${step.kind} ${step.target.id}` : step.kind;
  });
}

function steps(pod: Pod, observed: ObservedContainer[], overrides: Partial<PlanInput> = {}): string[] {
  return shown(plan(input(pod, observed, overrides)).steps);
}

const TWO = {
  containers: [
    { name: 'c', image: 'busybox:1.36' },
    { name: 'd', image: 'busybox:1.36' },
  ],
};
const ENDING = { ending: { graceSeconds: 30 } };

describe('starting a pod', () => {
  it('mounts the volumes, then makes the sandbox, then starts every container', () => {
    expect(steps(podOf(TWO), [], { mounted: undefined })).toEqual(['mount']);
    expect(steps(podOf(TWO), [])).toEqual(['runSandbox 0']);
    expect(steps(podOf(TWO), [sandboxOf()])).toEqual(['start c 0', 'start d 0']);
  });

  it('has nothing to do when everything runs', () => {
    expect(plan(input(podOf(), [containerOf(), sandboxOf()]))).toEqual({ steps: [], crashLoops: [] });
  });

  it('starts nothing while the volumes are held back, and wakes when they may be tried again', () => {
    const planned = plan(input(podOf(), [], { mounted: undefined, holds: new Map([['volumes', NOW + 500]]) }));
    expect(planned).toEqual({ steps: [], crashLoops: [], wakeAt: NOW + 500 });
  });

  it('holds back one container without holding back the other', () => {
    const planned = plan(input(podOf(TWO), [sandboxOf()], { holds: new Map([['c', NOW + 9000]]) }));
    expect(shown(planned.steps)).toEqual(['start d 0']);
    expect(planned.wakeAt).toBe(NOW + 9000);
  });

  it('makes anew a container that was created but never started, under the same attempt', () => {
    const { startedAt: _never, ...created } = containerOf({ state: 'created', attempt: 3 });
    expect(steps(podOf(), [created, sandboxOf()])).toEqual(['remove c0', 'start c 3']);
  });

  it('mounts again when a token of a running pod is due, and wakes for it before', () => {
    const running = [containerOf(), sandboxOf()];
    expect(steps(podOf(), running, { mounted: { renewAt: NOW - 1 } })).toEqual(['mount']);
    expect(plan(input(podOf(), running, { mounted: { renewAt: NOW + 60_000 } })).wakeAt).toBe(NOW + 60_000);
  });
});

describe('a container that has ended', () => {
  it.each([
    ['Always', 0, ['start c 1']],
    ['Always', 1, ['start c 1']],
    ['OnFailure', 0, []],
    ['OnFailure', 1, ['start c 1']],
    ['Never', 0, []],
    ['Never', 1, []],
  ] as const)('under restartPolicy %s with exit code %i plans %j', (restartPolicy, exitCode, expected) => {
    expect(steps(podOf({ restartPolicy }), [exitedOf(exitCode), sandboxOf()])).toEqual(expected);
  });

  it('waits out its back-off and is reported as crash-looping', () => {
    const dead = exitedOf(1, { attempt: 4 });
    const planned = plan(
      input(podOf(), [dead, sandboxOf()], { restart: (_name, at) => ({ at: at + 40_000, delayMs: 40_000 }) }),
    );
    expect(planned.steps).toEqual([]);
    expect(planned.wakeAt).toBe(NOW - 2000 + 40_000);
    expect(planned.crashLoops).toEqual([{ dead, delayMs: 40_000 }]);
  });

  it('goes on from the reported count when the runtime has lost the container', () => {
    const status = {
      containerStatuses: [
        { name: 'c', image: 'i', imageID: '', containerID: 'docker://x', restartCount: 6, ready: true },
      ],
    };
    expect(steps(podOf({}, status), [sandboxOf()])).toEqual(['start c 7']);
    expect(steps(podOf({}, status), [exitedOf(1, { attempt: 5 }), sandboxOf()])).toEqual(['start c 7']);
  });

  it('keeps the newest two instances and removes older ones', () => {
    const observed = [
      containerOf({ attempt: 3, id: 'c3' }),
      exitedOf(1, { attempt: 2, id: 'c2' }),
      exitedOf(1, { attempt: 1, id: 'c1' }),
      sandboxOf(),
    ];
    expect(steps(podOf(), observed)).toEqual(['remove c1']);
  });
});

describe('a running container that must not go on', () => {
  it('is stopped when its image has changed, then started as the next attempt without back-off', () => {
    const changed = podOf({ containers: [{ name: 'c', image: 'busybox:1.37' }] });
    expect(steps(changed, [containerOf(), sandboxOf()])).toEqual(['stop c0']);
    const forever = { restart: () => ({ at: NOW + 1e6, delayMs: 1e6 }) };
    expect(steps(changed, [exitedOf(137), sandboxOf()], forever)).toEqual(['start c 1']);
  });

  it('is stopped when a probe has given it up', () => {
    const verdict = 'Container c failed liveness probe, will be restarted';
    const planned = plan(input(podOf(), [containerOf(), sandboxOf()], { unhealthy: new Map([['c0', verdict]]) }));
    expect(planned.steps).toMatchObject([{ kind: 'stop', message: verdict, graceSeconds: 30 }]);
  });

  it('is killed once its grace period is over, and not asked twice before', () => {
    const observed = [containerOf(), sandboxOf()];
    const unhealthy = new Map([['c0', 'x']]);
    const waiting = plan(input(podOf(), observed, { unhealthy, stopping: new Map([['c0', NOW + 10]]) }));
    expect(waiting).toEqual({ steps: [], crashLoops: [], wakeAt: NOW + 10 });
    expect(steps(podOf(), observed, { unhealthy, stopping: new Map([['c0', NOW]]) })).toEqual(['kill c0']);
  });
});

describe('a sandbox that has died', () => {
  const dead = sandboxOf({ state: 'exited', exitCode: 255 });

  it('is replaced by the next one, and containers that died with it start on that', () => {
    expect(steps(podOf(), [exitedOf(255), dead])).toEqual(['remove s0', 'runSandbox 1 changed']);
    expect(steps(podOf(), [exitedOf(255), sandboxOf({ id: 's1', attempt: 1 })])).toEqual(['start c 1']);
  });

  it('takes containers that outlived it along first', () => {
    expect(steps(podOf(), [containerOf(), dead])).toEqual(['stop c0']);
  });

  it('is not replaced when nothing is left to run', () => {
    expect(steps(podOf({ restartPolicy: 'Never' }), [exitedOf(0), dead])).toEqual(['remove s0']);
  });

  it('has the init containers run again on the new one', () => {
    const pod = podOf({ initContainers: [{ name: 'i', image: 'busybox:1.36' }] });
    const init = exitedOf(0, { kind: 'init', container: 'i', id: 'i0' });
    const observed = [exitedOf(255), init, sandboxOf({ id: 's1', attempt: 1 })];
    expect(steps(pod, observed)).toEqual(['start i 1']);
  });
});

describe('init containers', () => {
  const pod = podOf({
    initContainers: [
      { name: 'i', image: 'busybox:1.36' },
      { name: 'j', image: 'busybox:1.36' },
    ],
  });
  const first = (overrides: Partial<ObservedContainer>) =>
    containerOf({ kind: 'init', container: 'i', id: 'i0', ...overrides });

  it('run one after the other, before the containers', () => {
    expect(steps(pod, [sandboxOf()])).toEqual(['start i 0']);
    expect(steps(pod, [first({}), sandboxOf()])).toEqual([]);
    const done = first({ state: 'exited', exitCode: 0 });
    expect(steps(pod, [done, sandboxOf()])).toEqual(['start j 0']);
    const second = containerOf({ kind: 'init', container: 'j', id: 'j0', state: 'exited', exitCode: 0 });
    expect(steps(pod, [done, second, sandboxOf()])).toEqual(['start c 0']);
  });

  it('are tried again after a failure, unless the pod is never to restart', () => {
    const failed = first({ state: 'exited', exitCode: 1, finishedAt: '2026-01-01T00:09:58Z' });
    expect(steps(pod, [failed, sandboxOf()])).toEqual(['start i 1']);
    const never: Pod = { ...pod, spec: { ...pod.spec!, restartPolicy: 'Never' } };
    expect(steps(never, [failed, sandboxOf()])).toEqual([]);
  });
});

describe('ending a pod', () => {
  it('asks the containers to end, waits, insists, then takes the sandbox down and finishes', () => {
    const observed = [containerOf(), sandboxOf()];
    expect(steps(podOf(), observed, ENDING)).toEqual(['stop c0']);
    expect(steps(podOf(), observed, { ...ENDING, stopping: new Map([['c0', NOW + 1]]) })).toEqual([]);
    expect(steps(podOf(), observed, { ...ENDING, stopping: new Map([['c0', NOW]]) })).toEqual(['kill c0']);
    expect(steps(podOf(), [exitedOf(0), sandboxOf()], ENDING)).toEqual(['remove s0', 'finish']);
  });

  it('finishes at once when there is nothing', () => {
    expect(steps(podOf(), [], ENDING)).toEqual(['finish']);
  });
});

describe('a pod with an active deadline', () => {
  const pod = podOf({ activeDeadlineSeconds: 60 }, { startTime: '2026-01-01T00:09:01Z' });
  const observed = [containerOf(), sandboxOf()];

  it('runs until then, and is looked at again', () => {
    expect(plan(input(pod, observed))).toMatchObject({ steps: [], wakeAt: NOW + 1000 });
  });

  it('is ended when it is over: containers first, then the network', () => {
    const late = { now: NOW + 1000 };
    expect(steps(pod, observed, late)).toEqual(['stop c0']);
    expect(steps(pod, observed, { ...late, stopping: new Map([['c0', NOW + 2000]]) })).toEqual([]);
    expect(steps(pod, [exitedOf(143), sandboxOf()], late)).toEqual(['remove s0']);
    expect(steps(pod, [exitedOf(143)], late)).toEqual([]);
  });
});

it('leaves a pod that has reached its end alone, but for its network', () => {
  const pod = podOf({ restartPolicy: 'Never' }, { phase: 'Succeeded' });
  expect(steps(pod, [exitedOf(0), sandboxOf()])).toEqual(['remove s0']);
  expect(steps(pod, [exitedOf(0)])).toEqual([]);
});
