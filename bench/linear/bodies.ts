/** Bodies with one field that is far larger than honest ones, for each field of a kind, found by walking its schema. */
import type { ResourceDefinition } from '../../src/apiserver/registry/contract.ts';
import { type LinkedSchema, link } from '../../src/meta/schema/link.ts';

export interface Oversized {
  /** `Pod spec.containers[].env`. */
  name: string;
  definition: ResourceDefinition;
  /** The body with about this many bytes in the field. */
  body(bytes: number): string;
}

type Json = Record<string, unknown>;

const MAX_DEPTH = 7;
/** Names that validators compare elements by, or that they refuse elements without. */
const TELLING = new Set([
  'name',
  'key',
  'kind',
  'apiVersion',
  'uid',
  'ip',
  'port',
  'containerPort',
  'path',
  'mountPath',
]);
const TIME = '2026-01-01T00:00:00Z';

/** What must be there for validation to go beyond the first look. */
const BASES: Readonly<Record<string, Json>> = {
  Pod: { spec: { containers: [{ name: 'c', image: 'i' }] } },
  Service: { spec: { ports: [{ port: 80 }], selector: { a: 'b' } } },
  EndpointSlice: { addressType: 'IPv4', endpoints: [] },
  Event: { involvedObject: { namespace: 'work' }, reason: 'r' },
  Role: { rules: [] },
  ClusterRole: { rules: [] },
  RoleBinding: { roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'r' } },
  ClusterRoleBinding: { roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'r' } },
};
const TEMPLATE = { metadata: { labels: { a: 'b' } }, spec: { containers: [{ name: 'c', image: 'i' }] } };
for (const kind of ['Deployment', 'ReplicaSet', 'StatefulSet', 'DaemonSet', 'Job', 'ReplicationController']) {
  (BASES as Record<string, Json>)[kind] = { spec: { selector: { matchLabels: { a: 'b' } }, template: TEMPLATE } };
}

/** A value of the schema; `index` makes it another than its neighbours. */
function sample(schema: LinkedSchema, index: number, depth = 0): unknown {
  const { format, enum: allowed } = schema.schema;
  switch (schema.kind) {
    case 'string':
      if (format === 'date-time') return TIME;
      if (format === 'byte') return 'YQ==';
      return typeof allowed?.[0] === 'string' ? allowed[0] : `e${index}`;
    case 'integer':
    case 'number':
      return (index % 65_000) + 1;
    case 'int-or-string':
      return (index % 65_000) + 1;
    case 'quantity':
      return '1';
    case 'boolean':
      return true;
    case 'array':
      return [];
    case 'object': {
      if (depth > 2) return {};
      const needed = new Set(schema.schema.required ?? []);
      const object: Json = {};
      for (const [name, property] of schema.properties) {
        if (needed.has(name) || TELLING.has(name)) object[name] = sample(property, index, depth + 1);
      }
      return object;
    }
    default:
      return {};
  }
}

/** Sizes of lists and maps, which nothing but the number of their elements decides. */
function fill(schema: LinkedSchema, bytes: number): unknown {
  if (schema.kind === 'string') return 'x'.repeat(bytes);
  if (schema.kind === 'array') {
    const items = schema.items!;
    const size = JSON.stringify(sample(items, 10_000)).length + 1;
    return Array.from({ length: Math.ceil(bytes / size) }, (_, index) => sample(items, index));
  }
  const inside = schema.additional!;
  const size = JSON.stringify(sample(inside, 10_000)).length + 10;
  return Object.fromEntries(
    Array.from({ length: Math.ceil(bytes / size) }, (_, index) => [`k${index}`, sample(inside, index)]),
  );
}

function isLarge(schema: LinkedSchema): boolean {
  if (schema.kind === 'array') return schema.items !== undefined;
  if (schema.kind === 'string') return schema.schema.enum === undefined && schema.schema.format === undefined;
  return schema.kind === 'object' && schema.additional !== undefined && schema.properties.size === 0;
}

type Step = { key: string; schema: LinkedSchema; holder: LinkedSchema };

/** Each way from the root to a field that can be large. */
function* ways(schema: LinkedSchema, steps: readonly Step[]): Generator<readonly Step[]> {
  if (steps.length > MAX_DEPTH) return;
  for (const [key, property] of schema.properties) {
    const way = [...steps, { key, schema: property, holder: schema }];
    if (isLarge(property)) yield way;
    const inside = property.kind === 'array' ? property.items : property;
    if (inside?.kind === 'object' && !steps.some((step) => step.schema === property)) yield* ways(inside, way);
  }
}

/** Sets the field at the end of the way, with one element in each list that the way leads through. */
function place(object: Json, way: readonly Step[], value: unknown): void {
  const [step, ...rest] = way;
  if (step === undefined) return;
  if (rest.length === 0) {
    object[step.key] = value;
    return;
  }
  let next = object[step.key];
  if (step.schema.kind === 'array') {
    const list = Array.isArray(next) && next.length > 0 ? next : [sample(step.schema.items!, 0)];
    object[step.key] = list;
    next = list[0];
  } else if (typeof next !== 'object' || next === null) {
    next = sample(step.schema, 0);
    object[step.key] = next;
  }
  place(next as Json, rest, value);
}

/** `everywhere`: fields of a schema in each place where it is used, e.g. a container's in all lists of all kinds. */
export function oversizedBodies(definitions: readonly ResourceDefinition[], everywhere: boolean): Oversized[] {
  const seen = new Map<LinkedSchema, Set<string>>();
  const isKnown = (holder: LinkedSchema, key: string): boolean => {
    const keys = seen.get(holder) ?? new Set();
    seen.set(holder, keys);
    const known = keys.has(key);
    keys.add(key);
    return known && !everywhere;
  };
  return definitions.flatMap((definition) => {
    const root = link(definition.schema, definition.definitions);
    const found: Oversized[] = [];
    for (const way of ways(root, [])) {
      const { key: lastKey, schema: last, holder } = way.at(-1)!;
      if (isKnown(holder, lastKey)) continue;
      const name = way.map(({ key, schema }) => (schema.kind === 'array' ? `${key}[]` : key)).join('.');
      found.push({
        name: `${definition.kind} ${name}`,
        definition,
        body(bytes) {
          const object: Json = { metadata: { name: 'large' }, ...structuredClone(BASES[definition.kind] ?? {}) };
          place(object, way, fill(last, bytes));
          return JSON.stringify(object);
        },
      });
    }
    return found;
  });
}
