/** The short name that a pod template has in the names and labels of what is made for it. */
import { fnv1a } from '../../reconcile/hash.ts';

/** Letters and digits that cannot spell words or be mistaken for each other: upstream's safe alphabet. */
const SAFE = 'bcdfghjklmnpqrstvwxz2456789';

/** The value of pod-template-hash: of the template, and of how often that value was found taken by another template. */
export function templateHash(template: unknown, collisionCount: number): string {
  const salt = collisionCount === 0 ? '' : String(collisionCount);
  const digits = String(fnv1a(stableJson(template) + salt));
  return [...digits].map((digit) => SAFE[digit.charCodeAt(0) % SAFE.length]).join('');
}

/** JSON with sorted keys and without what semantic equality ignores, so that equal templates give equal text. */
function stableJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(stableJson).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  const entries = Object.entries(value)
    .filter(([, each]) => !isNothing(each))
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([key, each]) => `${JSON.stringify(key)}:${stableJson(each)}`).join(',')}}`;
}

function isNothing(value: unknown): boolean {
  return value == null || (typeof value === 'object' && Object.keys(value).length === 0);
}
