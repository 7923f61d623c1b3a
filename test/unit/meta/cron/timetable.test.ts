import { expect, test } from 'vitest';
import { parseCron } from '../../../../src/meta/cron/parse.ts';
import { timestampIn, timetable } from '../../../../src/meta/cron/timetable.ts';

function times(schedule: string, zone: string, from: string, count: number): string[] {
  const table = timetable(parseCron(schedule), zone, new Date(from));
  const found: string[] = [];
  let at: Date | undefined = new Date(from);
  for (let index = 0; index < count && at !== undefined; index++) {
    at = table.next(at);
    if (at !== undefined) found.push(timestampIn(zone, at));
  }
  return found;
}

test.each<[string, string, string, string[]]>([
  ['*/20 * * * *', 'UTC', '2026-01-01T00:00:00Z', ['2026-01-01T00:20:00Z', '2026-01-01T00:40:00Z']],
  ['@hourly', 'Asia/Kolkata', '2026-01-01T00:00:00Z', ['2026-01-01T06:00:00+05:30', '2026-01-01T07:00:00+05:30']],
  ['0 12 1 * sun', 'UTC', '2026-01-01T12:00:00Z', ['2026-01-04T12:00:00Z', '2026-01-11T12:00:00Z']],
  ['0 0 29 2 *', 'UTC', '2026-01-01T00:00:00Z', ['2028-02-29T00:00:00Z']],
  ['0 0 31 2 *', 'UTC', '2026-01-01T00:00:00Z', []],
  ['@every 1h30m', 'UTC', '2026-01-01T00:10:00Z', ['2026-01-01T01:40:00Z', '2026-01-01T03:10:00Z']],
  // Clocks go from 2 to 3 on 29 March, and from 3 to 2 on 25 October.
  ['30 2 * * *', 'Europe/Berlin', '2026-03-28T12:00:00Z', ['2026-03-29T03:00:00+02:00', '2026-03-30T02:30:00+02:00']],
  ['30 2 * * *', 'Europe/Berlin', '2026-10-24T12:00:00Z', ['2026-10-25T02:30:00+02:00', '2026-10-26T02:30:00+01:00']],
  ['0 * * * *', 'Europe/Berlin', '2026-10-25T00:00:00Z', ['2026-10-25T02:00:00+01:00', '2026-10-25T03:00:00+01:00']],
  ['0 * * * *', 'Europe/Berlin', '2026-03-29T00:00:00Z', ['2026-03-29T03:00:00+02:00', '2026-03-29T04:00:00+02:00']],
])('%s in %s after %s', (schedule, zone, from, wanted) => {
  expect(times(schedule, zone, from, Math.max(wanted.length, 1))).toEqual(wanted);
});

test('the last time is that itself when it has just come', () => {
  const table = timetable(parseCron('0 * * * *'), 'UTC', new Date(0));
  expect(table.latest(new Date('2026-01-01T05:00:00Z'))?.toISOString()).toBe('2026-01-01T05:00:00.000Z');
  expect(table.latest(new Date('2026-01-01T04:59:59Z'))?.toISOString()).toBe('2026-01-01T04:00:00.000Z');
});
