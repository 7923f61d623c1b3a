/** Takes back what was said of a pod's disruption when the pod was not deleted after all. */
import { PODS, type Pod } from '../../client/resources.ts';
import { timestamp } from '../../meta/object.ts';
import { isStatus } from '../../meta/status-error.ts';
import { DONE, type ReconcileContext, type Result } from '../../reconcile/contract.ts';
import { isPodActive, podCondition } from '../shared/pods.ts';

const PREFIX = 'stale:';
/** As upstream waits. */
const STALE_SECONDS = 120;

/** Of a pod that is said to be disrupted and goes on. */
export function staleKeys(pod: Pod): string[] {
  const { namespace, name } = pod.metadata;
  return isDisrupted(pod) ? [`${PREFIX}${namespace}/${name}`] : [];
}

function isDisrupted(pod: Pod): boolean {
  return isPodActive(pod) && podCondition(pod, 'DisruptionTarget')?.status === 'True';
}

/** The pod of a key; undefined for keys of others. */
export function parseStaleKey(key: string): { namespace: string; name: string } | undefined {
  if (!key.startsWith(PREFIX)) return undefined;
  const [namespace = '', name = ''] = key.slice(PREFIX.length).split('/');
  return { namespace, name };
}

export async function takeBack(
  { client, now }: ReconcileContext,
  { namespace, name }: { namespace: string; name: string },
): Promise<Result> {
  const pod = await client.find(PODS, namespace, name);
  if (pod === undefined || !isDisrupted(pod)) return DONE;
  const since = Date.parse(podCondition(pod, 'DisruptionTarget')?.lastTransitionTime ?? '');
  const seconds = since / 1000 + STALE_SECONDS - now().getTime() / 1000;
  if (seconds > 0) return { outcome: 'after', seconds };
  const { generation } = pod.metadata;
  const condition = {
    type: 'DisruptionTarget',
    status: 'False' as const,
    lastTransitionTime: timestamp(now()),
    ...(generation === undefined ? {} : { observedGeneration: generation }),
  };
  const others = (pod.status?.conditions ?? []).filter(({ type }) => type !== condition.type);
  try {
    await client.updateStatus(PODS, { ...pod, status: { ...pod.status, conditions: [...others, condition] } });
  } catch (error) {
    if (!isStatus(error, 'NotFound')) throw error;
  }
  return DONE;
}
