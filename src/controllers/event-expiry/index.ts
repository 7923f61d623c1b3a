/** Deletes Events an hour after they last occurred, which upstream's API server leaves to etcd. */
import { EVENTS, type Event } from '../../client/resources.ts';
import { isStatus } from '../../meta/status-error.ts';
import { type Controller, DONE, type ReconcileContext, type Result } from '../../reconcile/contract.ts';

/** Between two sweeps of a namespace, so that a stream of events is swept a few times an hour, not once an event. */
const SWEEP_SECONDS = 600;

export function eventExpiryController(ttlSeconds: number): Controller {
  return {
    name: 'event-expiry',
    generation: String(ttlSeconds),
    watches: ['events'],
    /**
     * "<namespace>/<end of a sweep period>": all events of a period share one key, which is due when the last of them
     * expires.
     */
    keys(change) {
      if (change.type === 'DELETED') return [];
      const period = Math.ceil(lastSeen(change.object as Event) / SWEEP_SECONDS) * SWEEP_SECONDS;
      return [`${change.namespace}/${period}`];
    },
    async reconcile(context, key) {
      const [namespace = '', period = ''] = key.split('/');
      const seconds = Number(period) + ttlSeconds - context.now().getTime() / 1000;
      if (seconds > 0) return { outcome: 'after', seconds };
      return await sweep(context, namespace, ttlSeconds);
    },
  };
}

/** In seconds since the epoch; 0 for an event that does not tell. */
function lastSeen({ lastTimestamp, series, eventTime, metadata }: Event): number {
  const times = [lastTimestamp, series?.lastObservedTime, eventTime, metadata.creationTimestamp];
  return Math.max(0, ...times.map((time) => Date.parse(time ?? '') / 1000).filter((time) => !Number.isNaN(time)));
}

async function sweep(
  { client, now, signal }: ReconcileContext,
  namespace: string,
  ttlSeconds: number,
): Promise<Result> {
  const limit = now().getTime() / 1000 - ttlSeconds;
  const { items } = await client.list(EVENTS, { namespace });
  for (const event of items) {
    if (signal.aborted || lastSeen(event) > limit) continue;
    try {
      await client.delete(EVENTS, namespace, event.metadata.name ?? '');
    } catch (error) {
      if (!isStatus(error, 'NotFound')) throw error;
    }
  }
  return DONE;
}
