/** What messages are in JSON that it does not show as an object with their fields. */
import { decodeJson } from '../schema/decode.ts';
import type { ProtobufForm } from './descriptors.ts';

/** The fields of such messages by their names in Go, as far as they were sent. */
type Fields = Readonly<Record<string, unknown>>;

/** Throws Error, worded to follow "cannot be handled as a …: ", for what JSON cannot say. */
export function formOf(form: ProtobufForm, fields: Fields): unknown {
  switch (form) {
    case 'time':
      // Upstream drops the fraction, which its JSON has no place for.
      return isZero(fields) ? null : rfc3339(Number(fields.seconds ?? 0), 'Z');
    case 'micro-time':
      return isZero(fields) ? null : microTime(Number(fields.seconds ?? 0), Number(fields.nanos ?? 0));
    case 'quantity':
      return fields.string ?? '';
    case 'int-or-string':
      return intOrString(fields);
    case 'json': {
      const text = (fields.Raw ?? '') as string;
      return text === '' ? null : decodeJson(text, { strict: false }).value;
    }
    case 'items':
      return fields.items ?? [];
  }
}

/** Go writes its zero time as an empty message, and as null in JSON. */
function isZero({ seconds, nanos }: Fields): boolean {
  return seconds === undefined && nanos === undefined;
}

/** Nanoseconds beyond a second are carried over, as Go does. */
function microTime(seconds: number, nanos: number): string {
  const carried = Math.floor(nanos / 1e9);
  const micros = Math.trunc((nanos - carried * 1e9) / 1000);
  return rfc3339(seconds + carried, `.${String(micros).padStart(6, '0')}Z`);
}

function rfc3339(seconds: number, ending: string): string {
  const date = new Date(seconds * 1000);
  const year = Number.isNaN(date.getTime()) ? -1 : date.getUTCFullYear();
  if (year < 0 || year > 9999) throw new Error('Time.MarshalJSON: year outside of range [0,9999]');
  return `${date.toISOString().slice(0, 19)}${ending}`;
}

function intOrString({ Type, IntVal, StrVal }: Fields): number | string {
  switch (Type ?? 0) {
    case 0:
      return (IntVal ?? 0) as number;
    case 1:
      return (StrVal ?? '') as string;
    default:
      throw new Error('impossible IntOrString.Type');
  }
}
