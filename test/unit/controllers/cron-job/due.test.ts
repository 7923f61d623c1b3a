import { expect, test } from 'vitest';
import type { CronJob } from '../../../../src/client/resources.ts';
import { dueTime, timesOf, zoneOf } from '../../../../src/controllers/cron-job/due.ts';
import { jobOf } from '../../../../src/controllers/cron-job/job.ts';

function cronJob(schedule: string, rest: { deadline?: number; last?: string; timeZone?: string } = {}): CronJob {
  const { deadline, last, timeZone } = rest;
  return {
    apiVersion: 'batch/v1',
    kind: 'CronJob',
    metadata: { name: 'tick', namespace: 'shop', uid: 'uid', creationTimestamp: '2026-01-01T00:00:30Z' },
    spec: {
      schedule,
      ...(deadline === undefined ? {} : { startingDeadlineSeconds: deadline }),
      ...(timeZone === undefined ? {} : { timeZone }),
      jobTemplate: { spec: { template: { spec: { containers: [{ name: 'c' }] } } } },
    },
    status: last === undefined ? {} : { lastScheduleTime: last },
  };
}

test.each<[string, CronJob, string, string | undefined, boolean]>([
  ['nothing before the first time', cronJob('0 * * * *'), '2026-01-01T00:59:59Z', undefined, false],
  ['the first time', cronJob('0 * * * *'), '2026-01-01T01:00:00Z', '2026-01-01T01:00:00.000Z', false],
  ['nothing twice', cronJob('0 * * * *', { last: '2026-01-01T01:00:00Z' }), '2026-01-01T01:30:00Z', undefined, false],
  ['the last of some missed', cronJob('0 * * * *'), '2026-01-02T00:10:00Z', '2026-01-02T00:00:00.000Z', false],
  ['the last of too many missed', cronJob('* * * * *'), '2026-01-01T03:00:30Z', '2026-01-01T03:00:00.000Z', true],
  [
    'few within the deadline',
    cronJob('* * * * *', { deadline: 90 }),
    '2026-01-01T03:00:30Z',
    '2026-01-01T03:00:00.000Z',
    false,
  ],
  ['nothing before the deadline', cronJob('0 * * * *', { deadline: 60 }), '2026-01-01T01:30:00Z', undefined, false],
  ['nothing on days that are none', cronJob('0 0 31 2 *'), '2027-01-01T00:00:00Z', undefined, false],
  [
    'intervals from the last on',
    cronJob('@every 90s', { last: '2026-01-01T01:00:00Z' }),
    '2026-01-01T01:04:00Z',
    '2026-01-01T01:03:00.000Z',
    false,
  ],
])('due is %s', (_, given, now, time, tooManyMissed) => {
  const due = dueTime(given, timesOf(given, 'UTC'), new Date(now));
  expect([due.time?.toISOString(), due.tooManyMissed]).toEqual([time, tooManyMissed]);
});

test('a zone comes from the spec, or from an old schedule', () => {
  expect(zoneOf(cronJob('0 * * * *'))).toBe('UTC');
  expect(zoneOf(cronJob('0 * * * *', { timeZone: 'Asia/Tokyo' }))).toBe('Asia/Tokyo');
  expect(zoneOf(cronJob('CRON_TZ=Asia/Tokyo 0 * * * *'))).toBe('Asia/Tokyo');
  expect(zoneOf(cronJob('0 * * * *', { timeZone: 'Mars/Base' }))).toBeUndefined();
});

test('a Job is named by its minute and says its time in its zone', () => {
  const { metadata } = jobOf(cronJob('0 * * * *'), new Date('2026-01-01T01:00:00Z'), 'Asia/Tokyo');
  expect(metadata.name).toBe('tick-29453820');
  expect(metadata.annotations).toEqual({
    'batch.kubernetes.io/cronjob-scheduled-timestamp': '2026-01-01T10:00:00+09:00',
  });
});
