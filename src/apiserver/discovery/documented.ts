/** What an OpenAPI document is about, and how its parts are named. */
import type { Definitions } from '../../meta/schema/types.ts';
import type { ResourceDefinition } from '../registry/contract.ts';
import type { PublishedResource } from './published.ts';

/** Resources of one group version, with what their schemas are made of. */
export interface Documented {
  group: string;
  version: string;
  resources: readonly PublishedResource[];
  stored: readonly ResourceDefinition[];
  definitions: Definitions;
}

/** "api/v1" or "apis/apps/v1": how the index names a group version. */
export function documentName(group: string, version: string): string {
  return group === '' ? `api/${version}` : `apis/${group}/${version}`;
}

/** The name under which a kind's schema is published. */
export function definitionName(documented: Documented, resource: PublishedResource): string {
  const own = documented.stored.find((each) => each.resource === resource.resource);
  if (own?.schema.$ref !== undefined) return own.schema.$ref;
  const { group, version, kind } = resource;
  const same = Object.entries(documented.definitions).find(([, schema]) =>
    schema['x-kubernetes-group-version-kind']?.some(
      (each) => each.group === group && each.version === version && each.kind === kind,
    ),
  );
  return same?.[0] ?? [...group.split('.').reverse(), version, kind].filter((part) => part !== '').join('.');
}
