/** How the built-in kinds are described: names and schema come from the derived table. */
import type {
  AnsweredKind,
  BodyKind,
  ColumnDefinition,
  PartSubresource,
  ResourceDefinition,
  Subresource,
  SubresourceKind,
  ViewSubresource,
} from '../apiserver/registry/contract.ts';
import type { KubeObject, ObjectMeta } from '../meta/object.ts';
import { own, setOwn } from '../meta/own.ts';
import { definitions } from './definitions.ts';

/** An object type of kubernetes-models as the registry hands it to strategies: metadata is there. */
export type Stored<T> = Omit<T, 'metadata'> & KubeObject & { metadata: ObjectMeta };

type Described<T extends KubeObject> = Omit<
  ResourceDefinition<T>,
  'group' | 'version' | 'kind' | 'schema' | 'definitions' | 'columns'
> & {
  columns?: readonly Column<T>[];
  /** Short for a part `status` whose rules are the strategy's. */
  status?: true;
  /** Short for a view `scale`. */
  scale?: ViewSubresource;
  /** Short for subresources that are handled. */
  otherSubresources?: Readonly<Record<string, SubresourceKind & { verbs: readonly string[] }>>;
};

export type Column<T> = Omit<ColumnDefinition, 'cell'> & {
  cell(object: T, now: Date): string | number | boolean | null;
};

/** `name` is the definition, e.g. `io.k8s.api.core.v1.Pod`. */
export function builtIn<T extends KubeObject>(
  name: string,
  { status, scale, otherSubresources = {}, subresources = {}, ...described }: Described<T>,
): ResourceDefinition {
  const all: Record<string, Subresource<T>> = {
    ...subresources,
    ...(status === true ? { status: statusOf(described.strategy) } : {}),
    ...(scale === undefined ? {} : { scale }),
  };
  for (const [each, { verbs, ...kind }] of Object.entries(otherSubresources)) {
    setOwn(all, each, { by: 'handler', verbs, kind });
  }
  // The registry calls strategies and cells only with objects of the definition's own kind.
  return {
    ...bodyKind(name),
    ...described,
    ...(Object.keys(all).length === 0 ? {} : { subresources: all }),
  } as unknown as ResourceDefinition;
}

function statusOf<T extends KubeObject>({
  prepareForStatusUpdate: prepare,
  validateStatusUpdate: validate,
}: ResourceDefinition<T>['strategy']): PartSubresource<T> {
  return {
    by: 'part',
    verbs: ['get', 'patch', 'update'],
    fields: ['status'],
    metadata: true,
    ...(prepare === undefined ? {} : { prepare }),
    ...(validate === undefined ? {} : { validate }),
  };
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
