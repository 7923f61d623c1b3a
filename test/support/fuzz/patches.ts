/** Patches of the four types. */
import type { BodyKind } from '../../../src/apiserver/registry/contract.ts';
import { createFiller } from './from-schema.ts';
import { hostileText, hostileValue, OWN_NAMES } from './hostile.ts';
import { mutate } from './mutate.ts';
import type { Random } from './random.ts';
import { leastOf } from './seeds.ts';
import { tame } from './tame.ts';
import { Pairs, type Tree, toJson, treeOf } from './tree.ts';
import type { Wire } from './wire.ts';

const TYPES = ['merge-patch+json', 'strategic-merge-patch+json', 'json-patch+json', 'apply-patch+yaml'] as const;

export function patchOf(kind: BodyKind, random: Random): Wire {
  const type = random.pick([...TYPES.slice(0, 3), ...TYPES]);
  const tree =
    type === 'json-patch+json' ? jsonPatch(kind, random) : partOf(kind, random, type.startsWith('strategic'));
  const changed = random.chance(0.5) ? tree : mutate(tree, random.pick([1, 1, 2]), random);
  return { contentType: `application/${random.chance(0.02) ? 'patch' : type}`, body: toJson(tame(changed)) };
}

/** Some fields of the kind, with nulls and, in strategic ones, directives. */
function partOf({ group, version, kind, schema, definitions }: BodyKind, random: Random, directives: boolean): Tree {
  const apiVersion = group === '' ? version : `${group}/${version}`;
  const tree = treeOf(random.chance(0.3) ? { apiVersion, kind, ...leastOf(schema.$ref ?? '') } : {}) as Pairs;
  tree.set(
    'metadata',
    new Pairs([['labels', new Pairs([[random.pick(['a', ...OWN_NAMES]), random.pick(['b', '{{canary}}', null])]])]]),
  );
  createFiller(definitions, random).fill(tree, schema, random.pick([0.02, 0.1]));
  if (directives) {
    for (const [, child] of [...tree.pairs, ['', tree] as [string, Tree]]) {
      if (child instanceof Pairs && random.chance(0.4)) child.pairs.push(directive(random));
    }
  }
  return tree;
}

function directive(random: Random): [string, Tree] {
  const field = random.pick([
    'containers',
    'ports',
    'finalizers',
    'env',
    'data',
    'labels',
    'tolerations',
    '__proto__',
    'constructor',
  ]);
  const list = random.pick<Tree>([
    ['a', 'b'],
    [],
    null,
    'x',
    [new Pairs([['name', 'main']])],
    [new Pairs([])],
    Array(2000).fill('a'),
  ]);
  return random.pick<[string, Tree]>([
    ['$patch', random.pick<Tree>(['delete', 'replace', 'merge', 'x', null, 1])],
    [`$setElementOrder/${field}`, list],
    [`$deleteFromPrimitiveList/${field}`, list],
    ['$retainKeys', list],
    [
      field,
      [
        new Pairs([
          ['$patch', random.pick(['delete', 'replace'])],
          ['name', 'main'],
        ]),
      ],
    ],
  ]);
}

const POINTERS = [
  '',
  '/',
  '/metadata/labels',
  '/metadata/labels/a',
  '/metadata/name',
  '/metadata/finalizers/-',
  '/metadata/uid',
  '/metadata/resourceVersion',
  '/spec',
  '/spec/replicas',
  '/spec/containers/0/image',
  '/spec/containers/-1',
  '/spec/containers/99999999999',
  '/spec/containers/00',
  '/spec/template/spec/containers/0',
  '/data/a',
  '/data/__proto__',
  '/__proto__/polluted',
  '/constructor/prototype/polluted',
  '/metadata/labels/constructor',
  '/a~1b~0c~2',
  '/status/conditions/0',
  'metadata',
];

function jsonPatch(_: BodyKind, random: Random): Tree {
  const one = (): Tree => {
    const op = random.pick(['add', 'remove', 'replace', 'move', 'copy', 'test', 'test', 'add', 'add', 'constructor']);
    const pairs: [string, Tree][] = [
      ['op', op],
      ['path', random.chance(0.05) ? hostileText(random) : random.pick(POINTERS)],
    ];
    if (op === 'move' || op === 'copy') pairs.push(['from', random.pick(POINTERS)]);
    else if (op !== 'remove')
      pairs.push(['value', random.chance(0.5) ? hostileValue(random, random.chance(0.05)) : 'b']);
    return new Pairs(pairs);
  };
  // A copy of a thing into itself doubles it, each time.
  if (random.chance(0.03))
    return Array.from({ length: 40 }, () => treeOf({ op: 'copy', from: '/metadata', path: '/metadata/labels' }));
  return Array.from({ length: random.pick([1, 1, 1, 2, 3, 300]) }, one);
}
