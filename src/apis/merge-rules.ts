/** The vocabulary of the overlay tables: what extensions a list, map or struct gets, and constant defaults. */
import type { Schema } from '../meta/schema/types.ts';

type ByProperty<T> = Readonly<Record<string, Readonly<Record<string, T>>>>;

/** Constant defaults, by definition name and property. */
export type PropertyDefaults = ByProperty<unknown>;

export interface MergeRules {
  /** What is added to the schemas of properties, by definition name and property. */
  properties: ByProperty<Partial<Schema>>;
  /** Definitions that are replaced as a whole by server-side apply. */
  atomicStructs: readonly string[];
}

/** Completes the short names of a table to definition names, e.g. with `io.k8s.api.core.v1`. */
export function inPackage(
  prefix: string,
  properties: ByProperty<Partial<Schema>>,
  atomicStructs: readonly string[] = [],
): MergeRules {
  return {
    properties: qualify(prefix, properties),
    atomicStructs: atomicStructs.map((name) => `${prefix}.${name}`),
  };
}

/** `{PodSpec: …}` to `{'io.k8s.api.core.v1.PodSpec': …}`. */
export function qualify<T>(prefix: string, properties: ByProperty<T>): ByProperty<T> {
  return Object.fromEntries(Object.entries(properties).map(([name, table]) => [`${prefix}.${name}`, table]));
}

export const atomic: Partial<Schema> = { 'x-kubernetes-list-type': 'atomic' };
export const atomicMap: Partial<Schema> = { 'x-kubernetes-map-type': 'atomic' };
export const set: Partial<Schema> = { 'x-kubernetes-list-type': 'set' };

/** An associative list for server-side apply: by more keys than the one of strategic merge, or where that knows none. */
export function keyedBy(...keys: string[]): Partial<Schema> {
  return { 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': keys };
}
