/** Cron schedules of five fields, and descriptors, as upstream's robfig/cron reads them with ParseStandard. */
import { own } from '../own.ts';

/** Which values a field admits. `any` is a star: days of month and of week then do not exclude each other. */
export interface CronField {
  values: ReadonlySet<number>;
  any: boolean;
}

export interface CronSchedule {
  minute: CronField;
  hour: CronField;
  dayOfMonth: CronField;
  month: CronField;
  /** 0 is Sunday. */
  dayOfWeek: CronField;
  /** Of `@every`, the delay in nanoseconds in place of all fields. */
  every?: bigint;
  /** Of a leading TZ= or CRON_TZ=. */
  timeZone?: string;
}

/** The message is upstream's. */
export class CronError extends Error {}

interface Bounds {
  min: number;
  max: number;
  names: Readonly<Record<string, number>>;
}

const named = (first: number, names: string): Readonly<Record<string, number>> =>
  Object.fromEntries(names.split(' ').map((name, index) => [name, first + index]));

const MINUTES: Bounds = { min: 0, max: 59, names: {} };
const HOURS: Bounds = { min: 0, max: 23, names: {} };
const DAYS: Bounds = { min: 1, max: 31, names: {} };
const MONTHS: Bounds = { min: 1, max: 12, names: named(1, 'jan feb mar apr may jun jul aug sep oct nov dec') };
const WEEKDAYS: Bounds = { min: 0, max: 6, names: named(0, 'sun mon tue wed thu fri sat') };

const DESCRIPTORS: Readonly<Record<string, string>> = {
  '@yearly': '0 0 1 1 *',
  '@annually': '0 0 1 1 *',
  '@monthly': '0 0 1 * *',
  '@weekly': '0 0 * * 0',
  '@daily': '0 0 * * *',
  '@midnight': '0 0 * * *',
  '@hourly': '0 * * * *',
};
const EVERY = '@every ';

/** Throws CronError. */
export function parseCron(text: string): CronSchedule {
  if (text === '') throw new CronError('empty spec string');
  const zoned = /^(?:CRON_)?TZ=/.exec(text);
  if (zoned === null) return parseFields(text);
  const space = text.indexOf(' ');
  const timeZone = text.slice(zoned[0].length, space < 0 ? undefined : space);
  const known = timeZone === '' || timeZone === 'Local' || isTimeZone(timeZone);
  if (!known) throw new CronError(`provided bad location ${timeZone}: unknown time zone ${timeZone}`);
  return { ...parseFields(space < 0 ? '' : text.slice(space).trim()), timeZone };
}

export function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    // Offsets and abbreviations in other case are Intl's own.
    return !/^[+-]/.test(name);
  } catch {
    return false;
  }
}

function parseFields(text: string): CronSchedule {
  if (text.startsWith('@')) return parseDescriptor(text);
  const fields = text.split(/\s+/).filter((field) => field !== '');
  if (fields.length !== 5) {
    throw new CronError(`expected exactly 5 fields, found ${fields.length}: [${fields.join(' ')}]`);
  }
  const [minute = '', hour = '', dayOfMonth = '', month = '', dayOfWeek = ''] = fields;
  return {
    minute: parseField(minute, MINUTES),
    hour: parseField(hour, HOURS),
    dayOfMonth: parseField(dayOfMonth, DAYS),
    month: parseField(month, MONTHS),
    dayOfWeek: parseField(dayOfWeek, WEEKDAYS),
  };
}

function parseDescriptor(text: string): CronSchedule {
  const fields = own(DESCRIPTORS, text);
  if (fields !== undefined) return parseFields(fields);
  if (!text.startsWith(EVERY)) throw new CronError(`unrecognized descriptor: ${text}`);
  const nanoseconds = parseGoDuration(text.slice(EVERY.length));
  if (nanoseconds === undefined) {
    const shown = JSON.stringify(text.slice(EVERY.length));
    throw new CronError(`failed to parse duration ${text}: time: invalid duration ${shown}`);
  }
  const second = 1_000_000_000n;
  return { ...parseFields('* * * * *'), every: nanoseconds < second ? second : nanoseconds - (nanoseconds % second) };
}

const UNITS: Readonly<Record<string, bigint>> = {
  ns: 1n,
  us: 1_000n,
  µs: 1_000n,
  ms: 1_000_000n,
  s: 1_000_000_000n,
  m: 60_000_000_000n,
  h: 3_600_000_000_000n,
};

/** `1h30m`; fractions are cut. */
function parseGoDuration(text: string): bigint | undefined {
  const digits = text.replace(/^[+-]/, '');
  const part = /(\d{1,18})(?:\.(\d{0,18}))?(ns|us|µs|ms|s|m|h)/y;
  let total = 0n;
  while (part.lastIndex < digits.length) {
    const [found, whole = '0', fraction = '', unit = 'ns'] = part.exec(digits) ?? [];
    if (found === undefined) return undefined;
    const size = own(UNITS, unit) ?? 1n;
    total += BigInt(whole) * size + (BigInt(fraction || '0') * size) / 10n ** BigInt(fraction.length);
  }
  return digits === '' ? undefined : text.startsWith('-') ? -total : total;
}

function parseField(text: string, bounds: Bounds): CronField {
  const values = new Set<number>();
  let any = false;
  for (const range of text.split(',')) {
    if (range === '') continue;
    any = addRange(values, range, bounds) || any;
  }
  return { values, any };
}

/** Tells whether the range is a star without step. */
function addRange(values: Set<number>, text: string, { min, max, names }: Bounds): boolean {
  const [range = '', step, ...moreSlashes] = text.split('/');
  const [low = '', high, ...moreHyphens] = range.split('-');
  const star = low === '*' || low === '?';
  if (!star && moreHyphens.length > 0) throw new CronError(`too many hyphens: ${text}`);
  const start = star ? min : readNumber(low, names);
  let end = star ? max : high === undefined ? start : readNumber(high, names);
  if (moreSlashes.length > 0) throw new CronError(`too many slashes: ${text}`);
  const stride = step === undefined ? 1 : readNumber(step, {});
  // `5/15` means from 5 on.
  if (step !== undefined && !star && high === undefined) end = max;
  if (start < min) throw new CronError(`beginning of range (${start}) below minimum (${min}): ${text}`);
  if (end > max) throw new CronError(`end of range (${end}) above maximum (${max}): ${text}`);
  if (start > end) throw new CronError(`beginning of range (${start}) beyond end of range (${end}): ${text}`);
  if (stride === 0) throw new CronError(`step of range should be a positive number: ${text}`);
  for (let value = start; value <= end; value += stride) values.add(value);
  return star && stride === 1;
}

function readNumber(text: string, names: Readonly<Record<string, number>>): number {
  const name = own(names, text.toLowerCase());
  if (name !== undefined) return name;
  if (!/^[+-]?\d+$/.test(text)) {
    const shown = JSON.stringify(text);
    throw new CronError(`failed to parse int from ${text}: strconv.Atoi: parsing ${shown}: invalid syntax`);
  }
  const value = Number(text);
  if (value < 0) throw new CronError(`negative number (${value}) not allowed: ${text}`);
  return value;
}
