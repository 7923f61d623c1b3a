/** Objects as meta.k8s.io Tables, which kubectl prints. */
import { humanDuration } from '../../meta/duration/age.ts';
import type { UnknownObject } from '../../meta/object.ts';
import { StatusError } from '../../meta/status-error.ts';
import type { ColumnDefinition, ResourceDefinition } from '../registry/contract.ts';
import { partialMetadata } from './partial-metadata.ts';

const NAME_COLUMN: ColumnDefinition = {
  name: 'Name',
  type: 'string',
  format: 'name',
  description:
    'Name must be unique within a namespace. Is required when creating resources, although some resources may allow a ' +
    'client to request the generation of an appropriate name automatically. Name is primarily intended for creation ' +
    'idempotence and configuration definition. Cannot be updated.',
  cell: (object) => object.metadata.name ?? '',
};

const AGE_COLUMN: ColumnDefinition = {
  name: 'Age',
  type: 'string',
  description: 'Time since the object was created.',
  cell(object, now) {
    const created = object.metadata.creationTimestamp;
    return created === undefined ? '<unknown>' : humanDuration(now.getTime() - Date.parse(created));
  },
};

/**
 * A Table with one row an object. The query's includeObject says what a row carries beside its cells: Metadata (default),
 * Object or None. `headers: false` leaves the columns out, as in all but the first event of a watch.
 */
export function tableOf(
  definition: ResourceDefinition,
  objects: readonly UnknownObject[],
  metadata: object,
  version: string,
  query: URLSearchParams,
  now: Date,
  headers = true,
): object {
  const include = includedObject(query);
  const own = definition.columns ?? [AGE_COLUMN];
  const columns = own.some((column) => column.name === NAME_COLUMN.name) ? own : [NAME_COLUMN, ...own];
  return {
    kind: 'Table',
    apiVersion: `meta.k8s.io/${version}`,
    metadata,
    columnDefinitions: headers
      ? columns.map(({ name, type, format, description, priority }) => ({
          name,
          type,
          format: format ?? '',
          description,
          priority: priority ?? 0,
        }))
      : [],
    rows: objects.map((object) => ({
      cells: columns.map((column) => column.cell(object, now)),
      ...(include === 'None' ? {} : { object: include === 'Object' ? object : partialMetadata(object, version) }),
    })),
  };
}

function includedObject(query: URLSearchParams): 'None' | 'Metadata' | 'Object' {
  const asked = query.get('includeObject');
  if (asked === null || asked === '' || asked === 'Metadata') return 'Metadata';
  if (asked === 'None' || asked === 'Object') return asked;
  throw StatusError.badRequest(`unrecognized includeObject value: ${JSON.stringify(asked)}`);
}
