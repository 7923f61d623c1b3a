/**
 * What a body says before it is written in a format. Objects are pairs, not properties: a key may come twice, and
 * `__proto__` is a key like any other.
 */

/** A number, or whatever else, that JavaScript has no value for: written as it is. */
export class Raw {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

/** An object's keys in order. */
export class Pairs {
  readonly pairs: [string, Tree][];
  constructor(pairs: [string, Tree][]) {
    this.pairs = pairs;
  }
  get(key: string): Tree | undefined {
    return this.pairs.find(([name]) => name === key)?.[1];
  }
  set(key: string, value: Tree): void {
    const pair = this.pairs.find(([name]) => name === key);
    if (pair === undefined) this.pairs.push([key, value]);
    else pair[1] = value;
  }
}

export type Tree = null | boolean | number | string | Raw | Tree[] | Pairs;

export function treeOf(value: unknown): Tree {
  if (Array.isArray(value)) return value.map(treeOf);
  if (typeof value !== 'object' || value === null) return value as Tree;
  return new Pairs(Object.entries(value).map(([key, each]) => [key, treeOf(each)]));
}

/** Raw text becomes what JSON.parse makes of it; the last of two equal keys counts. */
export function plainOf(tree: Tree): unknown {
  if (tree instanceof Raw) return JSON.parse(tree.text);
  if (Array.isArray(tree)) return tree.map(plainOf);
  if (!(tree instanceof Pairs)) return tree;
  return Object.fromEntries(tree.pairs.map(([key, each]) => [key, plainOf(each)]));
}

export function toJson(tree: Tree): string {
  if (tree instanceof Raw) return tree.text;
  if (Array.isArray(tree)) return `[${tree.map(toJson).join()}]`;
  if (tree instanceof Pairs) {
    return `{${tree.pairs.map(([key, each]) => `${JSON.stringify(key)}:${toJson(each)}`).join()}}`;
  }
  // 1e999 and its like are no JSON, but some send them.
  return typeof tree === 'number' && !Number.isFinite(tree) ? '1e999' : JSON.stringify(tree);
}

/** A place in a tree: `holder[key]`, or the key-th pair's value. */
export interface Place {
  holder: Tree[] | Pairs;
  key: number;
}

/** All places below `tree`, at most `limit`. */
export function placesOf(tree: Tree, limit = 4000): Place[] {
  const places: Place[] = [];
  const waiting: Tree[] = [tree];
  for (let next = waiting.pop(); next !== undefined && places.length < limit; next = waiting.pop()) {
    const children = Array.isArray(next) ? next : next instanceof Pairs ? next.pairs.map(([, each]) => each) : [];
    children.slice(0, limit).forEach((child, key) => {
      places.push({ holder: next as Tree[] | Pairs, key });
      waiting.push(child);
    });
  }
  return places;
}

export function read({ holder, key }: Place): Tree {
  return Array.isArray(holder) ? holder[key]! : holder.pairs[key]![1];
}

export function write({ holder, key }: Place, value: Tree): void {
  if (Array.isArray(holder)) holder[key] = value;
  else holder.pairs[key]![1] = value;
}
