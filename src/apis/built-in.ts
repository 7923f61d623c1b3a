/** How the built-in kinds are described: names and schema come from the derived table. */
import type { AnsweredKind, BodyKind, ColumnDefinition, ResourceDefinition } from '../apiserver/registry/contract.ts';
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

/** `name` is the definition, e.g. `io.k8s.api.core.v1.Pod`. */
export function builtIn<T extends KubeObject>(name: string, described: Described<T>): ResourceDefinition {
  // The registry calls strategies and cells only with objects of the definition's own kind.
  return { ...bodyKind(name), ...described } as unknown as ResourceDefinition;
}

/** A kind that is created to be answered. */
export function answered(name: string, { namespaced }: { namespaced: boolean }): AnsweredKind {
  const kind = bodyKind(name);
  const singular = kind.kind.toLowerCase();
  return { ...kind, resource: `${singular}s`, singular, namespaced, verbs: ['create'] };
}

/**
 * Named by its definition; one that is no kind by itself is of v1. Does not fail for what is not derived yet: the
 * derivation reads the manifests to learn what to derive. That all is there is checked where the table is completed.
 */
export function bodyKind(name: string): BodyKind {
  const plain = { group: '', version: 'v1', kind: name.slice(name.lastIndexOf('.') + 1) };
  const kind = own(definitions, name)?.['x-kubernetes-group-version-kind']?.[0] ?? plain;
  return { ...kind, schema: { $ref: name }, definitions };
}
