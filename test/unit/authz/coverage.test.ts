import { describe, expect, it } from 'vitest';
import { CoverageLimitError, uncovered } from '../../../src/apiserver/authz/coverage.ts';
import { type PolicyRule, urlCovers } from '../../../src/apiserver/authz/rules.ts';

function names(prefix: string, count: number): string[] {
  return Array.from({ length: count }, (_, index) => `${prefix}${index}`);
}

const LIMITS = { found: 1000, steps: 100_000 };
const CUBE: PolicyRule = { verbs: names('v', 300), apiGroups: names('g', 300), resources: names('r', 300) };

describe('S4: a rule of 300 verbs × 300 groups × 300 resources', () => {
  it('is compared in far fewer steps than it has combinations', () => {
    expect(uncovered([CUBE], [CUBE], LIMITS)).toEqual({ atoms: [], more: false });
    expect(uncovered([{ verbs: ['*'], apiGroups: ['*'], resources: ['*'] }], [CUBE], LIMITS).atoms).toEqual([]);
  });

  it('has its one missing combination found', () => {
    const held = [
      { verbs: names('v', 299), apiGroups: ['*'], resources: ['*'] },
      { verbs: ['v299'], apiGroups: names('g', 299), resources: ['*'] },
      { verbs: ['v299'], apiGroups: ['*'], resources: names('r', 299) },
    ];
    expect(uncovered(held, [CUBE], LIMITS)).toEqual({
      atoms: [{ apiGroups: ['g299'], resources: ['r299'], verbs: ['v299'] }],
      more: false,
    });
  });

  it('is told in part when nothing of it is held', () => {
    const { atoms, more } = uncovered([], [CUBE], LIMITS);
    expect(atoms).toHaveLength(1000);
    expect(more).toBe(true);
  });

  it('is given up where the held rules make each combination another case', () => {
    const held = [
      ...CUBE.verbs!.map((verb) => ({ verbs: [verb], apiGroups: ['*'], resources: ['*'] })),
      ...CUBE.apiGroups!.map((group) => ({ verbs: ['*'], apiGroups: [group], resources: ['*'] })),
      ...CUBE.resources!.map((resource) => ({ verbs: ['*'], apiGroups: ['*'], resources: [resource] })),
    ];
    expect(() => uncovered(held, [CUBE], LIMITS)).toThrow(CoverageLimitError);
  });
});

/** Upstream's rule, one combination after the other. */
function combinations(rule: PolicyRule): PolicyRule[] {
  const { apiGroups = [], resources = [], verbs = [], resourceNames = [], nonResourceURLs = [] } = rule;
  const names = resourceNames.length === 0 ? [undefined] : resourceNames;
  return [
    ...apiGroups.flatMap((group) =>
      resources.flatMap((resource) =>
        verbs.flatMap((verb) =>
          names.map((name) => ({
            apiGroups: [group],
            resources: [resource],
            verbs: [verb],
            ...(name === undefined ? {} : { resourceNames: [name] }),
          })),
        ),
      ),
    ),
    ...nonResourceURLs.flatMap((url) => verbs.map((verb) => ({ nonResourceURLs: [url], verbs: [verb] }))),
  ];
}

function covers(held: PolicyRule, atom: PolicyRule): boolean {
  const has = (list: readonly string[] | undefined, value: string) =>
    (list ?? []).some((each) => each === '*' || each === value);
  if (!has(held.verbs, atom.verbs![0]!)) return false;
  const url = atom.nonResourceURLs?.[0];
  if (url !== undefined) return (held.nonResourceURLs ?? []).some((pattern) => urlCovers(pattern, url));
  if (!has(held.apiGroups, atom.apiGroups![0]!)) return false;
  const [resource = '', ...rest] = atom.resources![0]!.split('/');
  const subresource = rest.join('/');
  const wanted = subresource === '' ? resource : `${resource}/${subresource}`;
  if (!has(held.resources, wanted) && !(subresource !== '' && held.resources?.includes(`*/${subresource}`)))
    return false;
  const limited = held.resourceNames ?? [];
  const name = atom.resourceNames?.[0];
  return limited.length === 0 || (name !== undefined && limited.includes(name));
}

/** A small generator, so that a failure can be repeated. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1103515245 + 12345) % 2 ** 31;
    return state / 2 ** 31;
  };
}

it('finds exactly what a comparison of each combination finds', () => {
  const next = random(7);
  const pick = (values: readonly string[], count: number) => [
    ...new Set(
      Array.from({ length: 1 + Math.floor(next() * count) }, () => values[Math.floor(next() * values.length)]!),
    ),
  ];
  const rule = (): PolicyRule => ({
    verbs: pick(['get', 'list', '*', 'watch'], 3),
    ...(next() < 0.8
      ? {
          apiGroups: pick(['', 'apps', '*'], 2),
          resources: pick(['pods', 'pods/log', '*', '*/log', 'pods/', 'a/b/c', '*/b/c'], 3),
        }
      : {}),
    ...(next() < 0.4 ? { resourceNames: pick(['a', 'b', '*', 'toString'], 2) } : {}),
    ...(next() < 0.4 ? { nonResourceURLs: pick(['/x', '/x/*', '*', '/x/y', '/*', '/x/y*'], 3) } : {}),
  });
  let partly = 0;
  for (let round = 0; round < 3000; round += 1) {
    const held = Array.from({ length: Math.floor(next() * 5) }, rule);
    const wanted = Array.from({ length: 1 + Math.floor(next() * 2) }, rule);
    const all = wanted.flatMap(combinations);
    const expected = all.filter((atom) => !held.some((each) => covers(each, atom)));
    if (expected.length > 0 && expected.length < all.length) partly += 1;
    expect(uncovered(held, wanted).atoms).toEqual(expected);
  }
  expect(partly).toBeGreaterThan(500);
});
