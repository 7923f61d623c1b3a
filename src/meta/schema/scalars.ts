/** Go's reading of times and base64, with its errors. */

type Layout = readonly (readonly [text: string, pattern: RegExp])[];

const DATE_AND_TIME: Layout = [
  ['2006', /^\d{4}/],
  ['-', /^-/],
  ['01', /^\d{2}/],
  ['-', /^-/],
  ['02', /^\d{2}/],
  ['T', /^T/],
  ['15', /^\d{2}/],
  [':', /^:/],
  ['04', /^\d{2}/],
  [':', /^:/],
];
const ZONE = ['Z07:00', /^(Z|[+-]\d{2}:\d{2})/] as const;
/** metav1.Time; a fraction of a second is read, though never written. */
const TIME: Layout = [...DATE_AND_TIME, ['05', /^\d{2}([.,]\d+)?/], ZONE];
/** metav1.MicroTime insists on six digits. */
const MICRO_TIME: Layout = [...DATE_AND_TIME, ['05', /^\d{2}/], ['.000000', /^[.,]\d{6}(?!\d)/], ZONE];

function daysOf(year: number, month: number): number {
  // Leap years repeat every 400 years; Date would read a year below 100 as 19xx.
  return new Date(Date.UTC(2000 + (year % 400), month, 0)).getUTCDate();
}

/** What is wrong with an RFC 3339 time, as Go's time.Parse says it; `micro` for metav1.MicroTime. */
export function timeError(text: string, micro = false): string | undefined {
  const layout = micro ? MICRO_TIME : TIME;
  const fail = (why: string) => `parsing time ${JSON.stringify(text)}${why}`;
  let rest = text;
  for (const [part, pattern] of layout) {
    const found = pattern.exec(rest);
    if (found === null) {
      const whole = JSON.stringify(layout.map(([each]) => each).join(''));
      return fail(` as ${whole}: cannot parse ${JSON.stringify(rest)} as ${JSON.stringify(part)}`);
    }
    rest = rest.slice(found[0].length);
  }
  if (rest !== '') return fail(`: extra text: ${JSON.stringify(rest)}`);
  const number = (from: number, to: number) => Number(text.slice(from, to));
  const [month, day] = [number(5, 7), number(8, 10)];
  if (month < 1 || month > 12) return fail(': month out of range');
  if (number(11, 13) > 23) return fail(': hour out of range');
  if (number(14, 16) > 59) return fail(': minute out of range');
  if (number(17, 19) > 59) return fail(': second out of range');
  const offset = OFFSET.exec(text);
  // Go's limits, beyond which no zone lies by far.
  if (offset !== null && Number(offset[2]) > 24) return fail(': time zone offset hour out of range');
  if (offset !== null && Number(offset[3]) > 60) return fail(': time zone offset minute out of range');
  return day < 1 || day > daysOf(number(0, 4), month) ? fail(': day out of range') : undefined;
}

const OFFSET = /([+-])(\d{2}):(\d{2})$/;
const TIME_PARTS = /^(.{19})(?:[.,](\d+))?(?:Z|[+-]\d{2}:\d{2})$/;
/** Go's zero time, which its JSON has no text for. */
const ZERO_TIME = '0001-01-01T00:00:00';

/**
 * A time that `timeError` accepts in the one form that upstream answers: UTC, in whole seconds, or with six digits for
 * metav1.MicroTime. Undefined for the zero time, which upstream leaves out.
 */
export function canonicalTime(text: string, micro = false): string | undefined {
  const [, local = '', fraction = ''] = TIME_PARTS.exec(text) ?? [];
  let time = local;
  const offset = OFFSET.exec(text);
  if (offset !== null) {
    const minutes = Number(offset[2]) * 60 + Number(offset[3]);
    const utc = Date.parse(`${local}Z`) + (offset[1] === '-' ? minutes : -minutes) * 60_000;
    time = new Date(utc).toISOString().slice(0, -5);
    // In UTC it may be of another millennium than RFC 3339 can write.
    if (time.length !== local.length) return text;
  }
  const digits = micro ? fraction.slice(0, 6).padEnd(6, '0') : '';
  if (time === ZERO_TIME && Number(fraction) === 0) return undefined;
  return micro ? `${time}.${digits}Z` : `${time}Z`;
}

const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/** What is wrong with standard, padded base64, as Go's decoder says it. Line breaks are allowed. */
export function base64Error(text: string): string | undefined {
  if (BASE64.test(text)) return undefined;
  const compact = text.replaceAll(/[\r\n]/g, '');
  if (BASE64.test(compact)) return undefined;
  const foreign = compact.search(/[^A-Za-z0-9+/=]/);
  const padding = compact.indexOf('=');
  const complete = padding < 0 ? -1 : padding + (compact[padding + 1] === '=' ? 2 : 1);
  let offset = compact.length - (compact.length % 4);
  if (foreign >= 0 && (padding < 0 || foreign < padding)) offset = foreign;
  else if (padding >= 0 && padding % 4 < 2) offset = padding;
  else if (padding >= 0 && complete < compact.length) offset = complete;
  else if (padding >= 0) offset = compact.length;
  return `illegal base64 data at input byte ${offset}`;
}
