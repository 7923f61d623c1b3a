/** From a CustomResourceDefinition to the definitions of what it serves: the same as built-in kinds have, from its schema. */
import type {
  ColumnDefinition,
  PartSubresource,
  ResourceDefinition,
  Subresource,
} from '../../apiserver/registry/contract.ts';
import { readAt } from '../../meta/dotted.ts';
import { jsonPath } from '../../meta/json-path.ts';
import type { UnknownObject } from '../../meta/object.ts';
import { setOwn } from '../../meta/own.ts';
import { link, OBJECT_META } from '../../meta/schema/link.ts';
import { reachableDefinitions } from '../../meta/schema/openapi.ts';
import type { Definitions, Schema } from '../../meta/schema/types.ts';
import { validateSchema } from '../../meta/schema/validate.ts';
import { type ErrorSubject, StatusError } from '../../meta/status-error.ts';
import type { CustomResourceDefinition, CustomResourceVersion } from '../apiextensions/types.ts';
import { scaleView } from '../autoscaling/scale-view.ts';
import { age, ageOf } from '../columns.ts';
import { definitions as builtIn } from '../definitions.ts';

const LIST_META = 'io.k8s.apimachinery.pkg.apis.meta.v1.ListMeta';

/** One definition a served version; none whose schema is missing. All versions are stored as one (conversion None). */
export function definitionsOf(crd: CustomResourceDefinition): ResourceDefinition[] {
  return crd.spec.versions.filter(({ served }) => served).map((version) => definitionOf(crd, version));
}

function definitionOf(crd: CustomResourceDefinition, version: CustomResourceVersion): ResourceDefinition {
  const { group, scope } = crd.spec;
  // What was accepted is served, which may be less than what is asked for.
  const names = crd.status?.acceptedNames?.plural ? crd.status.acceptedNames : crd.spec.names;
  const definitions = schemasOf(crd, version);
  const schema: Schema = { $ref: nameOf(crd, version) };
  const linked = link(schema, definitions);
  const subject: ErrorSubject = { group, resource: names.plural };
  return {
    group,
    version: version.name,
    kind: names.kind,
    ...(names.listKind ? { listKind: names.listKind } : {}),
    resource: names.plural,
    singular: names.singular ?? names.kind.toLowerCase(),
    ...(names.shortNames === undefined ? {} : { shortNames: names.shortNames }),
    ...(names.categories === undefined ? {} : { categories: names.categories }),
    namespaced: scope === 'Namespaced',
    schema,
    definitions,
    custom: true,
    strategy: {
      generation: true,
      validate: (object) => validateSchema(linked, object, undefined, { uniqueLists: true }),
      ...(crd.metadata.deletionTimestamp === undefined
        ? {}
        : {
            prepareForCreate() {
              throw terminating(subject);
            },
          }),
    },
    subresources: subresourcesOf(version),
    columns: columnsOf(version),
    ...(version.selectableFields === undefined ? {} : { selectableFields: selectableFieldsOf(version) }),
    ...(version.deprecated === true
      ? { deprecation: version.deprecationWarning ?? `${group}/${version.name} ${names.kind} is deprecated` }
      : {}),
  };
}

function terminating({ group, resource }: ErrorSubject): StatusError {
  const message = 'create not allowed while custom resource definition is terminating';
  return new StatusError(405, 'MethodNotAllowed', message, { ...(group ? { group } : {}), kind: resource });
}

/** As OpenAPI publishes it, e.g. `com.example.stable.v1.CronTab`. */
function nameOf({ spec }: CustomResourceDefinition, { name }: CustomResourceVersion): string {
  return [...spec.group.split('.').reverse(), name, spec.names.kind].join('.');
}

const SHARED: readonly string[] = [OBJECT_META, LIST_META];

function schemasOf(crd: CustomResourceDefinition, version: CustomResourceVersion): Definitions {
  const all: Record<string, Schema> = {};
  const roots = SHARED.filter((name) => builtIn[name] !== undefined).map(($ref) => ({ $ref }));
  for (const name of reachableDefinitions(roots, builtIn)) setOwn(all, name, builtIn[name]!);
  const given = (version.schema?.openAPIV3Schema ?? { 'x-kubernetes-preserve-unknown-fields': true }) as Schema;
  const root: Schema = {
    ...given,
    properties: {
      ...given.properties,
      apiVersion: { type: 'string' },
      kind: { type: 'string' },
      metadata: { $ref: OBJECT_META },
    },
    'x-kubernetes-group-version-kind': [{ group: crd.spec.group, version: version.name, kind: crd.spec.names.kind }],
  };
  setOwn(all, nameOf(crd, version), root);
  return all;
}

function subresourcesOf({ subresources }: CustomResourceVersion): Record<string, Subresource> {
  const all: Record<string, Subresource> = {};
  if (subresources?.status !== undefined) {
    const status: PartSubresource = {
      by: 'part',
      verbs: ['get', 'patch', 'update'],
      fields: ['status'],
      metadata: true,
    };
    all.status = status;
  }
  const { scale } = subresources ?? {};
  if (scale !== undefined) {
    all.scale = scaleView({
      specReplicasPath: scale.specReplicasPath,
      statusReplicasPath: scale.statusReplicasPath,
      selector(object) {
        const text = scale.labelSelectorPath ? readAt(object, scale.labelSelectorPath) : undefined;
        return typeof text === 'string' ? text : '';
      },
    });
  }
  return all;
}

function columnsOf({ additionalPrinterColumns }: CustomResourceVersion): ColumnDefinition[] {
  if (!additionalPrinterColumns?.length) return [age as ColumnDefinition];
  return additionalPrinterColumns.map(({ name, type, format, description, priority, jsonPath: text }) => {
    const find = jsonPath(text);
    return {
      name,
      type: type as ColumnDefinition['type'],
      ...(format ? { format } : {}),
      description: description ?? `Custom resource definition column (in JSONPath format): ${text}`,
      ...(priority === undefined ? {} : { priority }),
      cell: (object, now) => cellOf(find(object), type, now),
    };
  });
}

/** As upstream's table convertor: the first value, as its column's type; several are shown as Go prints a list. */
function cellOf(found: readonly unknown[], type: string, now: Date): string | number | boolean | null {
  const [value] = found;
  if (value === undefined || value === null) return null;
  switch (type) {
    case 'integer':
      return typeof value === 'number' ? Math.trunc(value) : null;
    case 'number':
      return typeof value === 'number' ? value : null;
    case 'boolean':
      return typeof value === 'boolean' ? value : null;
    case 'date':
      return typeof value === 'string' ? (Number.isNaN(Date.parse(value)) ? '<unknown>' : ageOf(value, now)) : null;
    default:
      return found.length > 1 ? found.map(textOf).join(',') : textOf(value);
  }
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function selectableFieldsOf({ selectableFields }: CustomResourceVersion): ResourceDefinition['selectableFields'] {
  const all: Record<string, (object: UnknownObject) => string> = {};
  for (const { jsonPath: text } of selectableFields ?? []) {
    const find = jsonPath(text);
    setOwn(all, text.replace(/^\./, ''), (object: UnknownObject) => {
      const [value] = find(object);
      return value === undefined || value === null ? '' : textOf(value);
    });
  }
  return all;
}
