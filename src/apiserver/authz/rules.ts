/** RBAC rule matching, as upstream's pkg/apis/rbac/v1/evaluation_helpers. Pure. */
import type { IPolicyRule } from 'kubernetes-models/rbac.authorization.k8s.io/v1/PolicyRule';
import { clippedJson } from '../../meta/clip.ts';
import type { Attributes } from './contract.ts';

export type PolicyRule = Partial<IPolicyRule>;

export const ALL = '*';

/** Whether a rule allows the request; the namespace is the binding's matter. */
export function ruleAllows(rule: PolicyRule, request: Attributes['request']): boolean {
  if (!hasVerb(rule, request.verb)) return false;
  if (!request.isResourceRequest) return (rule.nonResourceURLs ?? []).some((url) => urlCovers(url, request.path));
  return (
    (rule.apiGroups ?? []).some((group) => group === ALL || group === request.group) &&
    resourceMatches(rule.resources ?? [], request.resource, request.subresource) &&
    nameMatches(rule.resourceNames ?? [], request.name)
  );
}

function hasVerb(rule: PolicyRule, verb: string): boolean {
  return (rule.verbs ?? []).some((each) => each === ALL || each === verb);
}

/** `pods` does not cover `pods/log`; `pods/log`, `∗/log` and `∗` do. */
function resourceMatches(resources: readonly string[], resource: string, subresource: string): boolean {
  const wanted = subresource === '' ? resource : `${resource}/${subresource}`;
  return resources.some(
    (each) => each === ALL || each === wanted || (subresource !== '' && each === `${ALL}/${subresource}`),
  );
}

/** A rule limited to names never allows a request without one (list, create, deletecollection). */
function nameMatches(names: readonly string[], name: string): boolean {
  return names.length === 0 || names.includes(name);
}

/** A star counts only as a URL's last character. */
export function urlCovers(pattern: string, path: string): boolean {
  return pattern === ALL || pattern === path || (pattern.endsWith(ALL) && path.startsWith(pattern.slice(0, -1)));
}

/** Joins rules that differ in their verbs only; others stay as they are. */
export function compactRules(rules: readonly PolicyRule[]): PolicyRule[] {
  const compact: { rule: PolicyRule; verbs: Set<string> }[] = [];
  const simple = new Map<string, Set<string>>();
  for (const rule of rules) {
    const key = simpleKey(rule);
    const known = key === undefined ? undefined : simple.get(key);
    if (known !== undefined) {
      for (const verb of rule.verbs ?? []) known.add(verb);
      continue;
    }
    const verbs = new Set(rule.verbs);
    if (key !== undefined) simple.set(key, verbs);
    compact.push({ rule, verbs });
  }
  return compact.map(({ rule, verbs }) => ({ ...rule, verbs: [...verbs] }));
}

/** One group, one resource, at most one name, no URL: what upstream calls a simple resource rule. */
function simpleKey(rule: PolicyRule): string | undefined {
  const names = rule.resourceNames ?? [];
  if ((rule.nonResourceURLs ?? []).length > 0 || names.length > 1) return undefined;
  if (rule.apiGroups?.length !== 1 || rule.resources?.length !== 1) return undefined;
  return [rule.apiGroups[0], rule.resources[0], ...names].join('\n');
}

/** `{APIGroups:[""], Resources:["pods"], Verbs:["get" "list"]}`, as upstream shows rules in messages. */
export function describeRule(rule: PolicyRule): string {
  const parts: [string, readonly string[] | undefined][] = [
    ['APIGroups', rule.apiGroups],
    ['Resources', rule.resources],
    ['NonResourceURLs', rule.nonResourceURLs],
    ['ResourceNames', rule.resourceNames],
    ['Verbs', rule.verbs],
  ];
  const shown = parts.filter(([, values]) => values !== undefined && values.length > 0);
  return `{${shown.map(([label, values]) => `${label}:${quoteAll(values!)}`).join(', ')}}`;
}

/** Characters of one value in a message: a value stands in as many lines as there are others to combine it with. */
const MAX_VALUE = 128;

/** Go's %q of a list of strings. */
export function quoteAll(values: readonly string[]): string {
  return `[${values.map((value) => clippedJson(value, MAX_VALUE)).join(' ')}]`;
}
