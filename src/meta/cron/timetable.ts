/** When a cron schedule is due. Hours that clocks skip or repeat are croner's matter: a time of day is due once each day. */
import { Cron } from 'croner';
import type { CronField, CronSchedule } from './parse.ts';

export interface Timetable {
  /** The first time after that; undefined when there is none, as of 31 February. */
  next(after: Date): Date | undefined;
  /** The last time that is not later. */
  latest(through: Date): Date | undefined;
}

/** `zone` is an IANA name. `base`: from where `@every` counts. */
export function timetable(schedule: CronSchedule, zone: string, base: Date): Timetable {
  if (schedule.every !== undefined) return interval(Number(schedule.every / 1_000_000n), base);
  const { minute, hour, dayOfMonth, month, dayOfWeek } = schedule;
  const fields = [minute, hour, dayOfMonth, month, dayOfWeek];
  if (fields.some(({ values }) => values.size === 0)) return { next: () => undefined, latest: () => undefined };
  const cron = new Cron(fields.map(written).join(' '), { timezone: zone, paused: true, mode: '5-part' });
  return {
    next: (after) => cron.nextRun(after) ?? undefined,
    // What croner goes back from does not count itself.
    latest: (through) => cron.previousRuns(1, new Date(Math.floor(through.getTime() / 1000) * 1000 + 1000))[0],
  };
}

function written({ values, any }: CronField): string {
  return any ? '*' : [...values].sort((a, b) => a - b).join(',');
}

function interval(milliseconds: number, base: Date): Timetable {
  const start = Math.floor(base.getTime() / 1000) * 1000;
  const at = (count: number) => new Date(start + count * milliseconds);
  const passed = (time: Date) => Math.floor((time.getTime() - start) / milliseconds);
  return {
    next: (after) => at(Math.max(0, passed(after)) + 1),
    latest: (through) => (passed(through) < 1 ? undefined : at(passed(through))),
  };
}

/** RFC 3339 with the zone's offset. */
export function timestampIn(zone: string, date: Date): string {
  const format = new Intl.DateTimeFormat('en', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  const parts = new Map(format.formatToParts(date).map(({ type, value }) => [type, Number(value)]));
  const part = (type: Intl.DateTimeFormatPartTypes) => parts.get(type) ?? 0;
  const local = Date.UTC(part('year'), part('month') - 1, part('day'), part('hour'), part('minute'), part('second'));
  const offset = Math.round((local - date.getTime()) / 60_000);
  if (offset === 0) return `${date.toISOString().slice(0, 19)}Z`;
  const two = (value: number) => String(Math.trunc(Math.abs(value))).padStart(2, '0');
  return `${new Date(local).toISOString().slice(0, 19)}${offset < 0 ? '-' : '+'}${two(offset / 60)}:${two(offset % 60)}`;
}
