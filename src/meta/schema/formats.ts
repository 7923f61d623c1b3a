/** The string formats that upstream checks in custom resources (kube-openapi's strfmt). Others are documentation. */
import { parseCidr, parseIp } from '../ip.ts';
import { own } from '../own.ts';
import { base64Error, timeError } from './scalars.ts';

const UUID = /^[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$/i;
const MAC = /^[0-9a-f]{2}([:-])[0-9a-f]{2}(\1[0-9a-f]{2}){4}$/i;
const HOST_LABEL = '[a-zA-Z0-9_](?:[a-zA-Z0-9_-]{0,61}[a-zA-Z0-9_])?';
const HOSTNAME = new RegExp(`^(?=.{1,253}\\.?$)${HOST_LABEL}(?:\\.${HOST_LABEL})*\\.?$`);
const EMAIL = /^[^\s@<>]+@[^\s@<>]+$/;
const DURATION =
  /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)\s*(?:ns|us|µs|ms|s|m|h|d|w)(?:(?:\d+(?:\.\d*)?|\.\d+)(?:ns|us|µs|ms|s|m|h))*$/;
const DATE = /^\d{4}-\d{2}-\d{2}$/;

const CHECKS: Readonly<Record<string, (text: string) => boolean>> = {
  byte: (text) => base64Error(text) === undefined,
  cidr: (text) => parseCidr(text) !== undefined,
  date: (text) => DATE.test(text) && timeError(`${text}T00:00:00Z`) === undefined,
  'date-time': (text) => timeError(text) === undefined,
  datetime: (text) => timeError(text) === undefined,
  duration: (text) => text === '0' || DURATION.test(text),
  email: (text) => EMAIL.test(text),
  hostname: (text) => HOSTNAME.test(text),
  ipv4: (text) => !text.includes(':') && parseIp(text) !== undefined,
  ipv6: (text) => text.includes(':') && parseIp(text) !== undefined,
  mac: (text) => MAC.test(text),
  uri: (text) => URL.canParse(text) || text.startsWith('/'),
  uuid: (text) => UUID.test(text),
};

/** Whether the text is of the format; true for formats that are not checked. */
export function hasFormat(text: string, format: string): boolean {
  const check = own(CHECKS, format);
  return check === undefined || check(text);
}
