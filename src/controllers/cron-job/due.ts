/** Which of a CronJob's times is to be acted on. Pure; upstream: pkg/controller/cronjob/utils.go. */
import type { CronJob } from '../../client/resources.ts';
import { isTimeZone, parseCron } from '../../meta/cron/parse.ts';
import { type Timetable, timetable } from '../../meta/cron/timetable.ts';

/** With more missed times than this something is wrong with a clock, or with startingDeadlineSeconds. */
const MANY_MISSED = 100;

export interface Due {
  /** The last time that has come and was not acted on. */
  time?: Date;
  tooManyMissed: boolean;
}

/** The zone whose clock the schedule is about; undefined for one that is not known here. */
export function zoneOf({ spec }: CronJob): string | undefined {
  const zone = spec?.timeZone ?? parseCron(spec?.schedule ?? '').timeZone ?? '';
  if (zone === '' || zone === 'Local') return 'UTC';
  return isTimeZone(zone) ? zone : undefined;
}

/** Throws CronError. */
export function timesOf(cronJob: CronJob, zone: string): Timetable {
  return timetable(parseCron(cronJob.spec?.schedule ?? ''), zone, lastActedOn(cronJob));
}

function lastActedOn({ metadata, status }: CronJob): Date {
  return new Date(status?.lastScheduleTime ?? metadata.creationTimestamp ?? 0);
}

export function dueTime(cronJob: CronJob, times: Timetable, now: Date): Due {
  const deadline = cronJob.spec?.startingDeadlineSeconds;
  const since = lastActedOn(cronJob).getTime();
  const earliest = new Date(deadline === undefined ? since : Math.max(since, now.getTime() - deadline * 1000));
  const first = times.next(earliest);
  if (first === undefined || first > now) return { tooManyMissed: false };
  const second = times.next(first);
  if (second === undefined || second > now) return { time: first, tooManyMissed: false };
  // An estimate, as upstream's: counting the minutes of a year would take as long.
  const missed = (now.getTime() - first.getTime()) / (second.getTime() - first.getTime()) + 1;
  return { time: times.latest(now) ?? first, tooManyMissed: missed > MANY_MISSED };
}
