/** What a built-in kind's values become by passing through upstream's types: one text for each quantity and each time. */
import { formatQuantity } from '../quantity.ts';
import { isScalar, type LinkedSchema, OBJECT_META } from './link.ts';
import { canonicalTime } from './scalars.ts';

type Json = Record<string, unknown>;

/**
 * Writes quantities and times, in place, as upstream's encoder returns them: `0.5` becomes `"500m"`, and
 * `2026-01-01T01:00:00.5+01:00` becomes `2026-01-01T00:00:00Z`. What metadata has of empty lists, maps and texts is left
 * out. The value must have passed `typeErrors`.
 */
export function canonicalize(schema: LinkedSchema, value: unknown): void {
  if (typeof value !== 'object' || value === null) return;
  const holder = value as Json;
  const isList = Array.isArray(value);
  if (schema.name === OBJECT_META) dropEmpty(holder);
  // A map or list of texts, however large, holds nothing to rewrite.
  const each = isList ? schema.items : schema.properties.size === 0 ? schema.additional : undefined;
  if (each !== undefined && isScalar(each) && each.kind !== 'quantity' && each.time === undefined) return;
  for (const key of Object.keys(holder)) {
    const field = isList ? schema.items : (schema.properties.get(key) ?? schema.additional);
    const inside = holder[key];
    if (field === undefined) continue;
    if (typeof inside === 'object') canonicalize(field, inside);
    else if (field.kind === 'quantity')
      holder[key] = formatQuantity(typeof inside === 'bigint' ? String(inside) : (inside as string | number));
    else if (field.time !== undefined) {
      const time = canonicalTime(inside as string, field.time === 'micros');
      if (time === undefined) delete holder[key];
      else holder[key] = time;
    }
  }
}

/** Go's omitempty, which all of ObjectMeta has but what is held by pointer. */
function dropEmpty(metadata: Json): void {
  for (const key of Object.keys(metadata)) if (isEmpty(metadata[key])) delete metadata[key];
  if (metadata.generation === 0) delete metadata.generation;
}

function isEmpty(value: unknown): boolean {
  if (value === '') return true;
  if (typeof value !== 'object' || value === null) return false;
  for (const _ in value) return false;
  return true;
}
