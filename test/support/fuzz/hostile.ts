/** Values that have hurt servers before. */
import type { Random } from './random.ts';
import { Pairs, Raw, type Tree } from './tree.ts';

export const OWN_NAMES = ['constructor', '__proto__', 'toString', 'hasOwnProperty', 'valueOf', 'prototype', 'length'];

export const TEXTS: readonly string[] = [
  ...OWN_NAMES,
  '',
  ' ',
  'a\u0000b',
  '\ud800',
  'x\udfff',
  '\u2028',
  '😀',
  'ﬁ\u0301\u0301',
  '\r\nX-Injected: 1',
  '../../..',
  '%2e%2e%2f',
  '.',
  '..',
  "'; drop table objects; --",
  '$(id)',
  '$$(HOME)$(HOME)',
  '{{.}}',
  'null',
  'true',
  '~',
  '0',
  '-1',
  '1e300',
  '9223372036854775807',
  '9223372036854775808',
  '18446744073709551616',
  '0x10',
  '1e9999999999',
  '1Ei',
  '-0.0000000000000000001n',
  '2026-02-30T00:00:00Z',
  '2026-01-01T00:00:00.123456789+23:59',
  '0000-00-00T00:00:00Z',
  '+275760-09-13T00:00:00.001Z',
  '::ffff:1.2.3.4',
  '10.96.0.1',
  '0.0.0.0/0',
  'fe80::1%eth0',
  'kubernetes.io/x',
  'a/b/c',
  '*',
  'system:masters',
  'Ⅷ',
  '(a+)+$',
  '[[[',
  'k8s\u0000',
  '<<',
  '!!js/function',
  '&a *a',
];

const NUMBERS: readonly Tree[] = [
  0,
  -0,
  -1,
  1,
  0.5,
  700.5,
  65535,
  65536,
  2147483647,
  2147483648,
  -2147483649,
  1e300,
  -1e300,
  5e-324,
  new Raw('9007199254740993'),
  new Raw('9223372036854775807'),
  new Raw('9223372036854775808'),
  new Raw('-9223372036854775808'),
  new Raw('1e400'),
  new Raw('-0'),
  new Raw('1.0'),
  new Raw('3e2'),
  new Raw('123456789012345678901234567890'),
];

export function longText(random: Random): string {
  const unit = random.pick([
    'a',
    '0',
    '9',
    '-',
    '.',
    '/',
    'a.',
    'A',
    '=',
    ',',
    '(',
    '\\',
    '"',
    '\u0000',
    'é',
    '=a,',
    '1.',
    ' ',
  ]);
  const length = random.pick([64, 254, 300, 1100, 5000, 30_000, 30_000, 120_000]);
  return unit.repeat(Math.ceil(length / unit.length)) + random.pick(['', '!', 'z', ' ']);
}

export function hostileText(random: Random): string {
  return random.chance(0.06) ? longText(random) : random.pick(TEXTS);
}

/** `big`: whether a value of some hundred kilobytes may come. */
export function hostileValue(random: Random, big: boolean): Tree {
  switch (random.int(big ? 14 : 11)) {
    case 0:
      return null;
    case 1:
      return random.chance(0.5);
    case 2:
    case 3:
      return random.pick(NUMBERS);
    case 4:
    case 5:
    case 6:
      return hostileText(random);
    case 7:
      return random.pick<Tree>([[], [null], [[]], [0], [''], ['__proto__'], [new Pairs([])]]);
    case 8:
      return new Pairs([[random.pick(OWN_NAMES), random.pick<Tree>([null, 1, 'x', new Pairs([]), []])]]);
    case 9:
      return new Pairs([]);
    case 10:
      return deep(random, random.pick([5, 60, 200]));
    case 11:
      return deep(random, random.pick([900, 1100, 9000, 100_000]));
    case 12:
      return hugeList(random);
    default:
      return hugeMap(random);
  }
}

function deep(random: Random, levels: number): Raw {
  const [open, inner, close] = random.pick([
    ['[', '', ']'],
    ['{"a":', '0', '}'],
    ['[{"a":', 'null', '}]'],
  ]);
  return new Raw(open!.repeat(levels) + inner + close!.repeat(levels));
}

function hugeList(random: Random): Raw {
  const item = random.pick(['null', '0', '""', '"a"', '{}', '[]', '{"name":"a"}', '{"a":{"b":1}}', '1e300', '"A b"']);
  return new Raw(
    `[${Array(random.pick([200, 3000, 30_000]))
      .fill(item)
      .join()}]`,
  );
}

function hugeMap(random: Random): Raw {
  const value = random.pick(['""', '"a"', 'null', '0', '{}', '"YQ=="']);
  const key = random.pick(['k', 'A b', 'kubernetes.io/', 'a.b/', '']);
  const same = random.chance(0.2);
  const count = random.pick([200, 3000, 20_000]);
  return new Raw(`{${Array.from({ length: count }, (_, at) => `"${key}${same ? '' : at}":${value}`).join()}}`);
}
