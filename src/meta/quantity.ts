/** Kubernetes quantities ("500m", "1.5Gi", "12e6"), exact: upstream's k8s.io/apimachinery/pkg/api/resource. */
type Format = 'DecimalSI' | 'BinarySI' | 'DecimalExponent';

export interface Quantity {
  /** The value in 10^-9 units, the finest that upstream keeps. */
  readonly nanos: bigint;
  /** How it was written, and so how it is written again. */
  readonly format: Format;
}

/** What the functions here take: a quantity as it stands in an object, or a parsed one. */
export type QuantityLike = string | number | Quantity;

/** The message is upstream's. */
export class QuantityError extends Error {
  override readonly name = 'QuantityError';
}

const WRONG_FORMAT = "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";
const WRONG_SUFFIX = "unable to parse quantity's suffix";

const NANOS = 10n ** 9n;
const MAX = (1n << 63n) - 1n;
const DECIMAL: Readonly<Record<string, number>> = {
  n: -9,
  u: -6,
  m: -3,
  '': 0,
  k: 3,
  M: 6,
  G: 9,
  T: 12,
  P: 15,
  E: 18,
};
const BINARY: Readonly<Record<string, number>> = { Ki: 10, Mi: 20, Gi: 30, Ti: 40, Pi: 50, Ei: 60 };
const DECIMAL_SUFFIXES = ['n', 'u', 'm', '', 'k', 'M', 'G', 'T', 'P', 'E'];
const BINARY_SUFFIXES = ['', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'];
// No magnitude beyond a double's is meant; unlimited exponents would let one short string use up memory.
const MAX_EXPONENT = 308;

interface Suffix {
  format: Format;
  base: 2n | 10n;
  exponent: number;
}

const SUFFIXES = new Map<string, Suffix>([
  ...Object.entries(DECIMAL).map(
    ([suffix, exponent]) => [suffix, { format: 'DecimalSI', base: 10n, exponent }] as const,
  ),
  ...Object.entries(BINARY).map(([suffix, exponent]) => [suffix, { format: 'BinarySI', base: 2n, exponent }] as const),
]);

/** Powers of ten from 0 on that honest quantities are scaled by; a power is what most of a quantity's parsing would cost. */
const POWERS = Array.from({ length: 28 }, (_, exponent) => 10n ** BigInt(exponent));

function tenTo(exponent: number): bigint {
  return POWERS[exponent] ?? 10n ** BigInt(exponent);
}

function interpretSuffix(suffix: string): Suffix {
  const known = SUFFIXES.get(suffix);
  if (known !== undefined) return known;
  const exponent = /^[eE]([+-]?\d+)$/.exec(suffix)?.[1];
  if (exponent === undefined || Math.abs(Number(exponent)) > MAX_EXPONENT) throw new QuantityError(WRONG_SUFFIX);
  return { format: 'DecimalExponent', base: 10n, exponent: Number(exponent) };
}

/** Division that rounds away from zero: whoever asks for a little gets at least the smallest unit. */
function divideUp(value: bigint, divisor: bigint): bigint {
  const quotient = value / divisor;
  if (value % divisor === 0n) return quotient;
  return value < 0n ? quotient - 1n : quotient + 1n;
}

/** Characters: the largest value has 19 digits and 9 of a fraction count, so that no honest text is near. */
const MAX_LENGTH = 64;

/** No character can be matched in two ways: a suffix begins with a letter or there is none. */
const QUANTITY = /^([+-]?)(\d*)(?:\.(\d*))?((?:[eEinumkKMGTP]+[-+]?\d*|[-+]\d*)?)$/;

/** Throws QuantityError. A number is what JSON allows beside a string. */
export function parseQuantity(input: string | number): Quantity {
  const text = String(input).trim();
  const match = text.length > MAX_LENGTH ? null : QUANTITY.exec(text);
  if (text === '' || match === null) throw new QuantityError(WRONG_FORMAT);
  const [, sign, whole = '', fraction = '', suffix = ''] = match;
  const { format, base, exponent } = interpretSuffix(suffix);
  const digits = BigInt(`0${whole}${fraction}`);
  // digits * 10^-fraction.length * base^exponent, in nanos.
  const scale = (base === 10n ? exponent : 0) + 9 - fraction.length;
  let nanos = base === 2n ? digits << BigInt(exponent) : digits;
  nanos = scale >= 0 ? nanos * tenTo(scale) : divideUp(nanos, tenTo(-scale));
  if (format === 'BinarySI' && nanos > MAX * NANOS) nanos = MAX * NANOS;
  const tiny = format === 'BinarySI' && nanos > 0n && nanos < NANOS;
  return { nanos: sign === '-' ? -nanos : nanos, format: tiny ? 'DecimalSI' : format };
}

function quantity(from: QuantityLike): Quantity {
  return typeof from === 'object' ? from : parseQuantity(from);
}

/** The value rounded up to an integer (upstream's Value()): cores, bytes. */
export function quantityValue(from: QuantityLike): number {
  return Number(divideUp(quantity(from).nanos, NANOS));
}

/** The value in thousandths, rounded up (upstream's MilliValue()). */
export function quantityMillis(from: QuantityLike): number {
  return Number(divideUp(quantity(from).nanos, 1_000_000n));
}

/** Negative, 0 or positive, as a sort function wants it. */
export function compareQuantity(a: QuantityLike, b: QuantityLike): number {
  const difference = quantity(a).nanos - quantity(b).nanos;
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}

/** The result keeps the first one's format, unless that is zero. */
export function addQuantity(a: QuantityLike, b: QuantityLike): Quantity {
  const [first, second] = [quantity(a), quantity(b)];
  return { nanos: first.nanos + second.nanos, format: first.nanos === 0n ? second.format : first.format };
}

/** The canonical text: no fraction, and the largest suffix that allows it ("1500m", "1536Mi", "2e3"). */
export function formatQuantity(from: QuantityLike): string {
  const { nanos, format } = quantity(from);
  if (nanos === 0n) return '0';
  const small = nanos > -1024n * NANOS && nanos < 1024n * NANOS;
  if (format === 'BinarySI' && !small && nanos % NANOS === 0n) return formatBinary(nanos / NANOS);
  return formatDecimal(nanos, format === 'DecimalExponent');
}

function formatBinary(value: bigint): string {
  let mantissa = value;
  let step = 0;
  while (mantissa % 1024n === 0n && step < BINARY_SUFFIXES.length - 1) {
    mantissa /= 1024n;
    step += 1;
  }
  return `${mantissa}${BINARY_SUFFIXES[step]}`;
}

function formatDecimal(nanos: bigint, asExponent: boolean): string {
  let mantissa = nanos;
  let step = 0;
  while (mantissa % 1000n === 0n && (asExponent || step < DECIMAL_SUFFIXES.length - 1)) {
    mantissa /= 1000n;
    step += 1;
  }
  if (!asExponent) return `${mantissa}${DECIMAL_SUFFIXES[step]}`;
  const exponent = 3 * step - 9;
  return exponent === 0 ? String(mantissa) : `${mantissa}e${exponent}`;
}
