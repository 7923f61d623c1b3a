/** Fields that a schema does not know: naming them (fieldValidation) and removing them (pruning). */
import { isScalar, type LinkedSchema } from './link.ts';
import { Trail } from './trail.ts';

type Json = Record<string, unknown>;
type OnUnknown = (holder: Json, key: string, trail: Trail) => void;

function walk(schema: LinkedSchema, value: unknown, trail: Trail, onUnknown: OnUnknown): void {
  if (typeof value !== 'object' || value === null) return;
  if (Array.isArray(value)) {
    const { items } = schema;
    if (items === undefined) return;
    for (let index = 0; index < value.length; index += 1) {
      trail.enter(index);
      walk(items, value[index], trail, onUnknown);
      trail.leave();
    }
    return;
  }
  if (schema.kind !== 'object' && schema.kind !== 'any') return;
  // A map of texts, however large, has no fields.
  if (schema.additional !== undefined && schema.properties.size === 0 && isScalar(schema.additional)) return;
  for (const key of Object.keys(value)) {
    const field = schema.properties.get(key) ?? schema.additional;
    if (field === undefined) {
      if (!schema.open && schema.kind === 'object') onUnknown(value as Json, key, trail);
      continue;
    }
    const inside = (value as Json)[key];
    if (typeof inside !== 'object') continue;
    trail.enter(key);
    walk(field, inside, trail, onUnknown);
    trail.leave();
  }
}

/** Unknown fields that are told, as upstream's decoder does. */
const MAX_REPORTED = 100;

/**
 * `unknown field "spec.containers[0].foo"` for the first hundred fields that the schema does not know, in document order.
 */
export function unknownFields(schema: LinkedSchema, value: unknown): string[] {
  const unknown: string[] = [];
  walk(schema, value, new Trail(), (_, key, trail) => {
    if (unknown.length < MAX_REPORTED) unknown.push(`unknown field ${JSON.stringify(trail.text(key))}`);
  });
  return unknown;
}

/** Removes in place what `unknownFields` reports. */
export function pruneUnknown(schema: LinkedSchema, value: unknown): void {
  walk(schema, value, new Trail(), (holder, key) => {
    delete holder[key];
  });
}
