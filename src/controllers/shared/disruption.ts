import type { Client } from '../../client/contract.ts';
import { PODS, type Pod } from '../../client/resources.ts';
import { timestamp } from '../../meta/object.ts';
import { isStatus } from '../../meta/status-error.ts';

export interface Disruption {
  reason: string;
  message: string;
}

/**
 * Deletes a pod after noting in its status why, for those who count disruptions as other failures. `force`: at once, and
 * marked Failed, because no kubelet will ever finish it. A pod that is gone, or another of its name, is left alone.
 */
export async function disruptPod(
  client: Client,
  pod: Pod,
  { disruption, force }: { disruption?: Disruption; force: boolean },
  now: Date,
): Promise<void> {
  const { namespace = '', name = '', uid } = pod.metadata;
  const finished = pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed';
  try {
    if (!finished && (disruption !== undefined || force)) {
      const others = (pod.status?.conditions ?? []).filter(({ type }) => type !== 'DisruptionTarget');
      const noted = disruption && {
        type: 'DisruptionTarget',
        status: 'True',
        lastTransitionTime: timestamp(now),
        ...(pod.metadata.generation === undefined ? {} : { observedGeneration: pod.metadata.generation }),
        ...disruption,
      };
      const conditions = noted === undefined ? (pod.status?.conditions ?? []) : [...others, noted];
      const status = { ...pod.status, ...(force ? { phase: 'Failed' as const } : {}), conditions };
      await client.updateStatus(PODS, { ...pod, status });
    }
    await client.delete(PODS, namespace, name, {
      ...(force ? { gracePeriodSeconds: 0 } : {}),
      preconditions: uid === undefined ? {} : { uid },
    });
  } catch (error) {
    if (!isStatus(error, 'NotFound')) throw error;
  }
}
