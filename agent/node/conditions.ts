/** Pure: the Node's conditions, worded as the kubelet's. */
import type { Node } from '../../src/client/resources.ts';
import { timestamp } from '../../src/meta/object.ts';

export type NodeCondition = NonNullable<NonNullable<Node['status']>['conditions']>[number];

export interface NodeHealth {
  /** Undefined when pods can be run; else why not. */
  notReady: string | undefined;
  memoryPressure: boolean;
  diskPressure: boolean;
  pidPressure: boolean;
}

interface Verdict {
  type: string;
  status: 'True' | 'False';
  reason: string;
  message: string;
}

/** With the times of `previous` where nothing has changed: heartbeats are the Lease's, not the conditions'. */
export function nodeConditions(health: NodeHealth, previous: readonly NodeCondition[], now: Date): NodeCondition[] {
  const verdicts: Verdict[] = [
    pressure('MemoryPressure', health.memoryPressure, {
      true: ['KubeletHasInsufficientMemory', 'kubelet has insufficient memory available'],
      false: ['KubeletHasSufficientMemory', 'kubelet has sufficient memory available'],
    }),
    pressure('DiskPressure', health.diskPressure, {
      true: ['KubeletHasDiskPressure', 'kubelet has disk pressure'],
      false: ['KubeletHasNoDiskPressure', 'kubelet has no disk pressure'],
    }),
    pressure('PIDPressure', health.pidPressure, {
      true: ['KubeletHasInsufficientPID', 'kubelet has insufficient PID available'],
      false: ['KubeletHasSufficientPID', 'kubelet has sufficient PID available'],
    }),
    health.notReady === undefined
      ? { type: 'Ready', status: 'True', reason: 'KubeletReady', message: 'kubelet is posting ready status' }
      : { type: 'Ready', status: 'False', reason: 'KubeletNotReady', message: health.notReady },
  ];
  const own = verdicts.map((verdict): NodeCondition => {
    const before = previous.find(({ type }) => type === verdict.type);
    const same =
      before?.status === verdict.status && before.reason === verdict.reason && before.message === verdict.message;
    return {
      ...verdict,
      lastHeartbeatTime: same && before.lastHeartbeatTime ? before.lastHeartbeatTime : timestamp(now),
      lastTransitionTime:
        before?.status === verdict.status && before.lastTransitionTime ? before.lastTransitionTime : timestamp(now),
    };
  });
  const types = new Set(own.map(({ type }) => type));
  return [...previous.filter(({ type }) => !types.has(type)), ...own];
}

function pressure(type: string, on: boolean, words: Record<'true' | 'false', [string, string]>): Verdict {
  const [reason, message] = words[on ? 'true' : 'false'];
  return { type, status: on ? 'True' : 'False', reason, message };
}
