/** How the built-in resources are described: a ResourceDefinition whose names and schema come from the derived table. */
import type { ColumnDefinition, ResourceDefinition } from '../apiserver/registry/contract.ts';
import type { KubeObject, ObjectMeta } from '../meta/object.ts';
import { own } from '../meta/own.ts';
import { definitions } from './definitions.ts';

/** An object type of kubernetes-models as the registry hands it to strategies: metadata is there. */
export type Stored<T> = Omit<T, 'metadata'> & KubeObject & { metadata: ObjectMeta };

type Described<T extends KubeObject> = Omit<
  ResourceDefinition<T>,
  'group' | 'version' | 'kind' | 'schema' | 'definitions' | 'columns'
> & {
  columns?: readonly Column<T>[];
};

export type Column<T> = Omit<ColumnDefinition, 'cell'> & {
  cell(object: T, now: Date): string | number | boolean | null;
};

/** `name` is the definition, e.g. `io.k8s.api.core.v1.Pod`; it must be one of the derivation's roots. */
export function builtIn<T extends KubeObject>(name: string, described: Described<T>): ResourceDefinition {
  const kind = own(definitions, name)?.['x-kubernetes-group-version-kind']?.[0];
  if (kind === undefined) throw new Error(`${name} is not a derived kind`);
  // The registry calls strategies and cells only with objects of the definition's own kind.
  return { ...kind, schema: { $ref: name }, definitions, ...described } as unknown as ResourceDefinition;
}
