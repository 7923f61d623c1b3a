import { groupResource } from '../../meta/object.ts';
import type { ResourceDefinition } from './contract.ts';

/** The group-resources, as they are stored, whose definitions ask for encryption at rest. */
export function encryptedResources(definitions: readonly ResourceDefinition[]): string[] {
  const stored = definitions
    .filter(({ encrypted }) => encrypted === true)
    .map(({ group, resource, storedAs }) => storedAs ?? groupResource(group, resource));
  return [...new Set(stored)];
}
