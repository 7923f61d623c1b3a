/** Values that fit a schema, or nearly: what a kind may hold is filled in here and there. */
import type { Definitions, Schema } from '../../../src/meta/schema/types.ts';
import { hostileText } from './hostile.ts';
import type { Random } from './random.ts';
import { Pairs, Raw, type Tree, treeOf } from './tree.ts';

/** What fields of these names take in most kinds. */
const USUAL: Readonly<Record<string, readonly Tree[]>> = {
  name: ['a', 'main', 'f1', 'web'],
  namespace: ['default', 'f1'],
  image: ['registry.example/app:1'],
  protocol: ['TCP', 'UDP', 'SCTP'],
  type: [
    'ClusterIP',
    'NodePort',
    'ExternalName',
    'Recreate',
    'RollingUpdate',
    'Ready',
    'Opaque',
    'Normal',
    'Localhost',
  ],
  operator: ['In', 'NotIn', 'Exists', 'Equal', 'DoesNotExist', 'Gt'],
  effect: ['NoSchedule', 'NoExecute', 'PreferNoSchedule'],
  status: ['True', 'False', 'Unknown'],
  path: ['/a', 'a/b', '/var/run'],
  mountPath: ['/a', '/a:b', '/'],
  subPath: ['a', '../a'],
  kind: ['Pod', 'Node', 'ServiceAccount', 'Role'],
  apiVersion: ['v1', 'apps/v1'],
  apiGroup: ['rbac.authorization.k8s.io', ''],
  uid: ['{{uid}}', 'u-1'],
  resourceVersion: ['{{rv}}', '0', '1'],
  restartPolicy: ['Always', 'OnFailure', 'Never'],
  imagePullPolicy: ['Always', 'IfNotPresent', 'Never'],
  dnsPolicy: ['ClusterFirst', 'Default', 'None'],
  topologyKey: ['kubernetes.io/hostname', 'zone'],
  whenUnsatisfiable: ['DoNotSchedule', 'ScheduleAnyway'],
  clusterIP: ['None', '10.96.0.77', ''],
  finalizers: [['example.com/x'], ['orphan'], ['foregroundDeletion']],
  controller: [true, false],
  fieldPath: ['metadata.name', "metadata.labels['a']", 'status.podIP'],
  resource: ['limits.cpu', 'pods'],
  runtimeClassName: ['gvisor'],
  priorityClassName: ['system-cluster-critical', 'high'],
  nodeName: ['f1', 'node-1'],
  schedulerName: ['other', 'default-scheduler'],
  token: ['kdg.root.x', 'a.b.c', '{{canary}}'],
  data: [new Pairs([['key', '{{canary}}']])],
  holderIdentity: ['{{canary}}', 'a'],
};

const TIMES = [
  '2026-01-02T03:04:05Z',
  '2026-01-02T03:04:05.000000Z',
  '2026-01-02T03:04:05+00:00',
  '1969-12-31T23:59:59.9Z',
];

export interface Filler {
  /** Adds some of the schema's fields to an object in place. */
  fill(object: Pairs, schema: Schema, likelihood: number): void;
}

export function createFiller(definitions: Definitions, random: Random): Filler {
  const resolve = (schema: Schema): Schema => (schema.$ref === undefined ? schema : definitions[schema.$ref]!);

  function fill(object: Pairs, named: Schema, likelihood: number): void {
    for (const [name, each] of Object.entries(resolve(named).properties ?? {})) {
      const present = object.get(name);
      const isMeta = name === 'apiVersion' || name === 'kind';
      if (present instanceof Pairs && resolve(each).properties !== undefined) fill(present, each, likelihood / 1.5);
      else if (present === undefined && !isMeta && random.chance(likelihood))
        object.set(name, value(each, name, likelihood));
    }
  }

  function value(named: Schema, name: string, likelihood: number): Tree {
    const schema = resolve(named);
    const usual = Object.hasOwn(USUAL, name) ? USUAL[name]! : undefined;
    if (usual !== undefined && random.chance(0.85)) {
      const chosen = random.pick(usual);
      const fits = typeof chosen === 'object' || schema.type === typeof chosen;
      if (fits) return typeof chosen === 'object' ? copy(chosen) : chosen;
    }
    if (schema['x-kubernetes-int-or-string']) return random.pick<Tree>([1, '25%', '100%', 'web', 80]);
    if (schema.enum !== undefined && random.chance(0.8)) return treeOf(random.pick(schema.enum));
    switch (schema.type) {
      case 'boolean':
        return random.chance(0.5);
      case 'integer':
        return random.pick<Tree>([
          0,
          1,
          2,
          30,
          80,
          8080,
          -1,
          65536,
          new Raw('9007199254740993'),
          new Raw('9223372036854775807'),
        ]);
      case 'number':
        return random.pick([0, 1.5, -1]);
      case 'string':
        return text(schema);
      case 'array': {
        const items = Array.from({ length: random.int(3) }, () => value(schema.items ?? {}, name, likelihood / 2));
        return items;
      }
      default:
        return structure(schema, likelihood);
    }
  }

  function text({ format }: Schema): Tree {
    if (format === 'date-time') return random.pick(TIMES);
    if (format === 'byte') return random.pick(['YQ==', '', 'YQ', '/+8=', '****']);
    return random.chance(0.25)
      ? hostileText(random)
      : random.pick(['a', 'web', 'example.com/a', '10.0.0.1', '500m', '64Mi', 'x-y', '{{canary}}']);
  }

  function structure(schema: Schema, likelihood: number): Tree {
    if (schema.properties === undefined) {
      const of =
        typeof schema.additionalProperties === 'object' ? schema.additionalProperties : { type: 'string' as const };
      const keys = Array.from({ length: random.int(3) }, () =>
        random.chance(0.2) ? hostileText(random) : random.pick(['a', 'cpu', 'memory', 'app', 'example.com/k']),
      );
      return new Pairs(keys.map((key) => [key, value(of, key, likelihood / 2)]));
    }
    const object = new Pairs([]);
    for (const name of schema.required ?? []) {
      const property = schema.properties[name];
      if (property !== undefined) object.set(name, value(property, name, likelihood / 1.5));
    }
    fill(object, schema, likelihood / 1.5);
    return object;
  }

  return { fill };
}

function copy(tree: Tree): Tree {
  if (Array.isArray(tree)) return tree.map(copy);
  return tree instanceof Pairs ? new Pairs(tree.pairs.map(([key, each]) => [key, copy(each)])) : tree;
}
