/**
 * What one set of rules grants beyond another. A rule grants each combination of its verbs, groups, resources and names:
 * a few kilobytes can mean millions. Values that the same held rules speak of are one class, and combinations of
 * classes are looked at in place of combinations of values.
 */
import { ALL, type PolicyRule } from './rules.ts';

export interface CoverageLimits {
  /** Combinations to report at most. */
  found: number;
  /** Looks at a held rule before the check is given up. */
  steps: number;
}

export interface Uncovered {
  /** Each with one verb, one resource (or URL) and at most one name, in the order of the wanted rules. */
  atoms: PolicyRule[];
  /** More than `limits.found` are missing; which of them are told is arbitrary. */
  more: boolean;
}

/** The check would take more than `limits.steps`. */
export class CoverageLimitError extends Error {}

type Value = string | undefined;

const NONE: readonly number[] = [];

/** One dimension of the held rules: which of them, by number, speak of a value. */
class Dimension {
  private readonly exact = new Map<string, number[]>();
  private readonly prefixes = new Map<string, number[]>();
  private readonly prefixLengths = new Set<number>();
  private readonly unlimited: number[] = [];
  private readonly alternatives: (value: string) => readonly string[];

  /** `alternatives`: what a held rule may say to speak of the value. */
  constructor(alternatives: (value: string) => readonly string[] = (value) => [value]) {
    this.alternatives = alternatives;
  }

  /** `star`: a star among the values stands for all. `prefixes`: so it does for what follows, at a value's end. */
  add(rule: number, values: readonly string[], form: 'exact' | 'star' | 'prefixes'): void {
    if (form !== 'exact' && values.includes(ALL)) {
      this.unlimited.push(rule);
      return;
    }
    for (const value of new Set(values)) {
      append(this.exact, value, rule);
      if (form !== 'prefixes' || !value.endsWith(ALL)) continue;
      const prefix = value.slice(0, -1);
      append(this.prefixes, prefix, rule);
      this.prefixLengths.add(prefix.length);
    }
  }

  /** The rule speaks of every value, and of the lack of one. */
  addUnlimited(rule: number): void {
    this.unlimited.push(rule);
  }

  /** The held rules that speak of `value`; `undefined` is the lack of one. In order, each once. */
  rulesFor(value: Value, spend: (steps: number) => void): readonly number[] {
    const lists: (readonly number[])[] = [this.unlimited];
    if (value !== undefined) {
      for (const each of this.alternatives(value)) lists.push(this.exact.get(each) ?? NONE);
      spend(this.prefixLengths.size);
      for (const length of this.prefixLengths) {
        if (length <= value.length) lists.push(this.prefixes.get(value.slice(0, length)) ?? NONE);
      }
    }
    const filled = lists.filter((list) => list.length > 0);
    if (filled.length < 2) return filled[0] ?? NONE;
    const rules = [...new Set(filled.flat())].sort((a, b) => a - b);
    spend(rules.length);
    return rules;
  }
}

function append(map: Map<string, number[]>, key: string, rule: number): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [rule]);
  else list.push(rule);
}

/** Values of a wanted rule that the same held rules speak of. */
interface Class {
  rules: readonly number[];
  values: { value: Value; position: number }[];
}

interface Found {
  atom: PolicyRule;
  order: number[];
}

class Check {
  private readonly groups = new Dimension();
  private readonly resources = new Dimension(resourceForms);
  private readonly verbs = new Dimension();
  private readonly names = new Dimension();
  private readonly urls = new Dimension();
  private readonly limits: CoverageLimits;
  private readonly keys = new WeakMap<readonly number[], string>();
  private readonly sets = new WeakMap<readonly number[], ReadonlySet<number>>();
  private steps = 0;
  readonly found: Found[] = [];

  constructor(held: readonly PolicyRule[], limits: CoverageLimits) {
    this.limits = limits;
    held.forEach((rule, number) => {
      const { apiGroups = [], resources = [], verbs = [], resourceNames = [], nonResourceURLs = [] } = rule;
      this.verbs.add(number, verbs, 'star');
      this.groups.add(number, apiGroups, 'star');
      this.resources.add(number, resources, 'star');
      // A star is a name like others.
      if (resourceNames.length > 0) this.names.add(number, resourceNames, 'exact');
      else this.names.addUnlimited(number);
      this.urls.add(number, nonResourceURLs, 'prefixes');
    });
  }

  get full(): boolean {
    return this.found.length > this.limits.found;
  }

  run(rule: PolicyRule, position: number): void {
    const { apiGroups = [], resources = [], verbs = [], resourceNames = [], nonResourceURLs = [] } = rule;
    const wantedVerbs = this.classes(this.verbs, verbs);
    const names: readonly Value[] = resourceNames.length === 0 ? [undefined] : resourceNames;
    this.descend(
      [
        this.classes(this.groups, apiGroups),
        this.classes(this.resources, resources),
        wantedVerbs,
        this.classes(this.names, names),
      ],
      ([group, resource, verb, name]) => ({
        apiGroups: [group!],
        resources: [resource!],
        verbs: [verb!],
        ...(name === undefined ? {} : { resourceNames: [name] }),
      }),
      [position, 0],
    );
    this.descend(
      [this.classes(this.urls, nonResourceURLs), wantedVerbs],
      ([url, verb]) => ({ nonResourceURLs: [url!], verbs: [verb!] }),
      [position, 1],
    );
  }

  private spend = (steps: number): void => {
    this.steps += steps;
    if (this.steps > this.limits.steps) throw new CoverageLimitError('too many combinations of rules to compare');
  };

  /** Most values have one list that the dimension holds, whose text is made once. */
  private keyOf(rules: readonly number[]): string {
    let key = this.keys.get(rules);
    if (key === undefined) {
      key = rules.join();
      this.keys.set(rules, key);
    }
    return key;
  }

  private classes(dimension: Dimension, values: readonly Value[]): Class[] {
    const classes = new Map<string, Class>();
    let position = 0;
    for (const value of new Set(values)) {
      const rules = dimension.rulesFor(value, this.spend);
      const key = this.keyOf(rules);
      let same = classes.get(key);
      if (same === undefined) {
        same = { rules, values: [] };
        classes.set(key, same);
      }
      same.values.push({ value, position });
      position += 1;
    }
    return [...classes.values()];
  }

  /** Goes over the combinations of classes; a combination that no held rule has is missing, and all that begin with it. */
  private descend(dimensions: readonly Class[][], atom: (values: Value[]) => PolicyRule, at: readonly number[]): void {
    if (dimensions.some((classes) => classes.length === 0)) return;
    // Where few rules speak of a value, few are left to compare in the dimensions that follow.
    const order = dimensions.map((classes, index) => ({
      index,
      widest: classes.reduce((most, each) => Math.max(most, each.rules.length), 0),
    }));
    order.sort((a, b) => a.widest - b.widest);
    const chosen: (readonly Class[])[] = [...dimensions];
    const walk = (depth: number, candidates: readonly number[] | undefined): void => {
      if (this.full) return;
      if (candidates?.length === 0) {
        this.report(chosen, atom, at);
        return;
      }
      const next = order[depth];
      if (next === undefined) return;
      const all = dimensions[next.index]!;
      for (const each of all) {
        chosen[next.index] = [each];
        if (candidates === undefined) walk(depth + 1, each.rules);
        else {
          this.spend(1 + candidates.length);
          const held = this.setOf(each.rules);
          walk(
            depth + 1,
            candidates.filter((rule) => held.has(rule)),
          );
        }
      }
      chosen[next.index] = all;
    };
    walk(0, undefined);
  }

  private setOf(rules: readonly number[]): ReadonlySet<number> {
    let set = this.sets.get(rules);
    if (set === undefined) {
      set = new Set(rules);
      this.sets.set(rules, set);
    }
    return set;
  }

  /** Lists the combinations of values of these classes. */
  private report(
    dimensions: readonly (readonly Class[])[],
    atom: (values: Value[]) => PolicyRule,
    at: readonly number[],
  ): void {
    const walk = (values: Value[], order: readonly number[]): void => {
      const dimension = dimensions[values.length];
      if (dimension === undefined) {
        this.found.push({ atom: atom(values), order: [...at, ...order] });
        return;
      }
      for (const { values: members } of dimension) {
        for (const { value, position } of members) {
          if (this.full) return;
          walk([...values, value], [...order, position]);
        }
      }
    };
    walk([], []);
  }
}

/** What covers a resource: `pods` does not cover `pods/log`; `pods/log` and `∗/log` do. */
function resourceForms(wanted: string): string[] {
  const [resource = '', ...rest] = wanted.split('/');
  const subresource = rest.join('/');
  return subresource === '' ? [resource] : [wanted, `${ALL}/${subresource}`];
}

function compareOrder(a: Found, b: Found): number {
  for (const [index, position] of a.order.entries()) {
    const difference = position - (b.order[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** The parts of `wanted` that no rule of `held` covers. Throws CoverageLimitError. */
export function uncovered(
  held: readonly PolicyRule[],
  wanted: readonly PolicyRule[],
  limits: CoverageLimits = { found: Number.POSITIVE_INFINITY, steps: Number.POSITIVE_INFINITY },
): Uncovered {
  const check = new Check(held, limits);
  for (const [position, rule] of wanted.entries()) {
    if (check.full) break;
    check.run(rule, position);
  }
  const more = check.full;
  const found = more ? check.found.slice(0, limits.found) : check.found;
  return { atoms: found.sort(compareOrder).map(({ atom }) => atom), more };
}
