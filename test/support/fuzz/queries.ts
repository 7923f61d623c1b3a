/** Every option of every verb, right and wrong. */
import { hostileText, OWN_NAMES } from './hostile.ts';
import type { Random } from './random.ts';

export type QueryOf = 'write' | 'delete' | 'deletecollection' | 'get' | 'list' | 'watch' | 'log';

const LABELS = [
  'app=fuzz',
  'app!=fuzz',
  'app in (a,b,fuzz)',
  'app notin (a)',
  '!app',
  'app',
  'a>1,b<2',
  'constructor',
  '__proto__=a',
  'toString notin (a)',
  'app in (',
  ',',
  'a==b==c',
  'x'.repeat(64),
  `a in (${Array(500).fill('b').join()})`,
  Array(200).fill('!a').join(),
  '('.repeat(3000),
];
const FIELDS = [
  'metadata.name=f1',
  'metadata.name!=f1',
  'metadata.namespace=default',
  'metadata.name=f1,metadata.name=f2',
  'spec.nodeName=f1',
  'status.phase=Running',
  'status.phase!=',
  'type=Opaque',
  'constructor=a',
  '__proto__=a',
  'metadata.name=a\\,b\\=c\\',
  'metadata.name',
  '=',
  Array(200).fill('metadata.name!=a').join(),
];
const VERSIONS = [
  '',
  '0',
  '1',
  '{{rv}}',
  '{{rv}}',
  '-1',
  'x',
  '99999999999',
  '9223372036854775807',
  '18446744073709551616',
  '1.5',
  '01',
];
const NUMBERS = ['0', '1', '2', '30', '-1', '1e3', '9223372036854775807', '9223372036854775808', 'x', '', '0x1', ' 1'];
const BOOLEANS = ['true', 'false', '1', '0', 'x', ''];

const WRITE = ['dryRun', 'fieldManager', 'fieldValidation', 'force', 'pretty', 'timeoutSeconds', 'overwrite'];
const DELETE = ['dryRun', 'gracePeriodSeconds', 'propagationPolicy', 'orphanDependents'];
const LIST = [
  'labelSelector',
  'fieldSelector',
  'resourceVersion',
  'resourceVersionMatch',
  'limit',
  'continue',
  'timeoutSeconds',
  'pretty',
];
const WATCH = [
  'labelSelector',
  'fieldSelector',
  'resourceVersion',
  'resourceVersionMatch',
  'allowWatchBookmarks',
  'sendInitialEvents',
];
const LOG = [
  'container',
  'follow',
  'previous',
  'sinceSeconds',
  'sinceTime',
  'timestamps',
  'tailLines',
  'limitBytes',
  'stream',
];
const NAMES: Readonly<Record<QueryOf, readonly string[]>> = {
  write: WRITE,
  delete: DELETE,
  // Mostly of what a selector takes: whatever is deleted at once is not there to be fuzzed.
  deletecollection: [...DELETE, 'labelSelector', 'fieldSelector', 'limit', 'continue', 'resourceVersion'],
  get: ['resourceVersion', 'pretty', 'includeObject', 'exact', 'export'],
  list: LIST,
  watch: WATCH,
  log: LOG,
};

const VALUES: Readonly<Record<string, readonly string[]>> = {
  dryRun: ['All', 'All', 'all', '', 'All,All', 'None'],
  fieldManager: ['fuzz', 'a'.repeat(129), 'a\u0007b', 'é'],
  fieldValidation: ['Ignore', 'Warn', 'Strict', 'Strict', 'strict', 'constructor'],
  force: BOOLEANS,
  gracePeriodSeconds: NUMBERS,
  propagationPolicy: ['Foreground', 'Background', 'Orphan', 'toString', 'None', ''],
  orphanDependents: BOOLEANS,
  labelSelector: LABELS,
  fieldSelector: FIELDS,
  resourceVersion: VERSIONS,
  resourceVersionMatch: ['Exact', 'NotOlderThan', 'exact', '', 'constructor'],
  limit: NUMBERS,
  continue: [
    '{{continue}}',
    '{{continue}}',
    'e30',
    'eyJ2IjoibWV0YS5rOHMuaW8vdjEiLCJydiI6LTEsInN0YXJ0IjoiIn0',
    '!!!!',
    'AAAA',
  ],
  timeoutSeconds: ['1', '1', '0', '-1', 'x', '1e3'],
  allowWatchBookmarks: BOOLEANS,
  sendInitialEvents: BOOLEANS,
  sinceTime: ['2026-01-01T00:00:00Z', 'x', ''],
  tailLines: NUMBERS,
  limitBytes: NUMBERS,
  sinceSeconds: NUMBERS,
  container: ['main', 'constructor', ''],
};

/** Without the question mark. */
export function fuzzQuery(of: QueryOf, random: Random): string {
  const count = random.pick(of === 'list' ? [0, 1, 1, 2, 3, 5] : [0, 0, 0, 1, 1, 2, 4]);
  const parts = Array.from({ length: count }, () => {
    const name = random.chance(0.02) ? random.pick(OWN_NAMES) : random.pick(NAMES[of]);
    const usual = Object.hasOwn(VALUES, name) ? VALUES[name]! : BOOLEANS;
    const value = random.chance(0.06) ? hostileText(random).slice(0, 3000) : random.pick(usual);
    return random.chance(0.02) ? `${name}=%zz%E0%A4%A` : `${name}=${encode(value)}`;
  });
  if (of === 'deletecollection' && random.chance(0.8)) parts.push('labelSelector=app%3Dother');
  return parts.join('&');
}

function encode(value: string): string {
  return /^\{\{\w+\}\}$/.test(value) ? value : encodeURIComponent(value.toWellFormed());
}
