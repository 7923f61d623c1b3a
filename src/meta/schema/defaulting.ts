import { cloneJson } from '../clone.ts';
import { own, setOwn } from '../own.ts';
import type { LinkedSchema } from './link.ts';

type Json = Record<string, unknown>;

/**
 * Fills in, in place, each absent property that has a default with a copy of it, also inside of what it filled in. A
 * null stands for absent unless the schema allows null.
 */
export function applyDefaults(schema: LinkedSchema, value: unknown): void {
  if (!schema.leadsToDefaults || typeof value !== 'object' || value === null) return;
  if (Array.isArray(value)) {
    if (schema.items?.leadsToDefaults === true) for (const item of value) applyDefaults(schema.items, item);
    return;
  }
  const object = value as Json;
  for (const [key, property] of schema.defaulted) {
    const { default: fallback, nullable } = property.schema;
    const present = own(object, key);
    if (fallback !== undefined && (present === undefined || (present === null && nullable !== true))) {
      setOwn(object, key, cloneJson(fallback));
    }
    applyDefaults(property, own(object, key));
  }
  const { additional } = schema;
  if (additional?.leadsToDefaults !== true) return;
  for (const key of Object.keys(object)) if (!schema.properties.has(key)) applyDefaults(additional, object[key]);
}
