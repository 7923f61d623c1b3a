/** Deletes Jobs some time after their end (spec.ttlSecondsAfterFinished). Upstream: pkg/controller/ttlafterfinished. */
import { JOBS, type Job } from '../../client/resources.ts';
import { isStatus } from '../../meta/status-error.ts';
import { type Controller, DONE } from '../../reconcile/contract.ts';
import { objectKey, splitKey } from '../../reconcile/keys.ts';
import { jobEnd } from '../shared/jobs.ts';

export const ttlAfterFinishedController: Controller = {
  name: 'ttl-after-finished-controller',
  watches: ['jobs.batch'],
  keys({ type, object }) {
    return type !== 'DELETED' && expiry(object as Job) !== undefined ? [objectKey(object)] : [];
  },
  async reconcile({ client, now }, key) {
    const { namespace, name } = splitKey(key);
    const job = await client.find(JOBS, namespace, name);
    const due = job && expiry(job);
    if (job === undefined || due === undefined) return DONE;
    const seconds = (due - now().getTime()) / 1000;
    if (seconds > 0) return { outcome: 'after', seconds };
    const { uid, resourceVersion } = job.metadata;
    try {
      // The version too: a longer time may have been written since.
      await client.delete(JOBS, namespace, name, {
        propagationPolicy: 'Foreground',
        preconditions: {
          ...(uid === undefined ? {} : { uid }),
          ...(resourceVersion === undefined ? {} : { resourceVersion }),
        },
      });
    } catch (error) {
      if (!isStatus(error, 'NotFound')) throw error;
    }
    return DONE;
  },
};

/** Milliseconds since the epoch; undefined for what does not expire, has not ended or is being deleted already. */
function expiry(job: Job): number | undefined {
  const ttl = job.spec?.ttlSecondsAfterFinished;
  const end = Date.parse(jobEnd(job)?.lastTransitionTime ?? '');
  if (ttl === undefined || Number.isNaN(end) || job.metadata.deletionTimestamp !== undefined) return undefined;
  return end + ttl * 1000;
}
