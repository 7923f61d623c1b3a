import type { LinkedSchema } from './link.ts';

/**
 * The first value whose JSON type a built-in kind cannot hold, worded as Go's decoder does:
 * `json: cannot unmarshal string into Go struct field DeploymentSpec.spec.replicas of type int32`.
 */
export function typeErrors(_schema: LinkedSchema, _value: unknown): string | undefined {
  throw new Error('being written');
}

/** Removes in place the null properties and turns null list and map elements into what Go's decoder makes of them. */
export function dropNulls(_schema: LinkedSchema, _value: unknown): void {
  throw new Error('being written');
}
