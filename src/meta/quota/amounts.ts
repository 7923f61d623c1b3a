/** Amounts of resources by their quota names, added and compared exactly. */
import {
  addQuantity,
  compareQuantity,
  formatQuantity,
  parseQuantity,
  type Quantity,
  type QuantityLike,
} from '../quantity.ts';

export type Amounts = ReadonlyMap<string, Quantity>;

export const ONE: Quantity = parseQuantity('1');
export const ZERO: Quantity = parseQuantity('0');

export function amountsOf(list: Readonly<Record<string, QuantityLike>> | undefined): Map<string, Quantity> {
  return new Map(
    Object.entries(list ?? {}).map(([name, amount]) => [
      name,
      typeof amount === 'object' ? amount : parseQuantity(amount),
    ]),
  );
}

/** As it stands in an object. */
export function listOf(amounts: Amounts): Record<string, string> {
  const names = [...amounts.keys()].sort();
  return Object.fromEntries(names.map((name) => [name, formatQuantity(amounts.get(name) ?? ZERO)]));
}

/** Adds `more` to `sum`, in place. */
export function add(sum: Map<string, Quantity>, more: Amounts): void {
  for (const [name, amount] of more) {
    const before = sum.get(name);
    sum.set(name, before === undefined ? amount : addQuantity(before, amount));
  }
}

/** Raises `peak`, in place, to what `other` has more of. */
export function raise(peak: Map<string, Quantity>, other: Amounts): void {
  for (const [name, amount] of other) {
    const before = peak.get(name);
    if (before === undefined || compareQuantity(amount, before) > 0) peak.set(name, amount);
  }
}

/** By how much `after` is more than `before`; what is not is left out. */
export function growth(after: Amounts, before: Amounts): Map<string, Quantity> {
  const grown = new Map<string, Quantity>();
  for (const [name, amount] of after) {
    const nanos = amount.nanos - (before.get(name)?.nanos ?? 0n);
    if (nanos > 0n) grown.set(name, { nanos, format: amount.format });
  }
  return grown;
}

export function only(amounts: Amounts, wanted: (name: string) => boolean): Map<string, Quantity> {
  return new Map([...amounts].filter(([name]) => wanted(name)));
}

/** `pods=1,requests.cpu=2`, as upstream's messages have it. */
export function printed(amounts: Amounts): string {
  return Object.entries(listOf(amounts))
    .map(([name, amount]) => `${name}=${amount}`)
    .join(',');
}
