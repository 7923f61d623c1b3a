/** What the bench doubles: each operation makes its input of a size once, and runs it as often as asked. */
import { protobufDescriptors } from '../../src/apis/generated/protobuf.js';
import { builtInResources } from '../../src/apis/index.ts';
import { uncovered } from '../../src/apiserver/authz/coverage.ts';
import type { PolicyRule } from '../../src/apiserver/authz/rules.ts';
import type { StoredObject } from '../../src/apiserver/storage/contract.ts';
import { clippedJson } from '../../src/meta/clip.ts';
import { expression } from '../../src/meta/expression.ts';
import { jsonPatch } from '../../src/meta/patch/json-patch.ts';
import { mergePatch } from '../../src/meta/patch/merge-patch.ts';
import { strategicMerge } from '../../src/meta/patch/strategic-merge.ts';
import { decodeProtobuf } from '../../src/meta/protobuf/decode.ts';
import { parseQuantity } from '../../src/meta/quantity.ts';
import { decodeJson, decodeYaml } from '../../src/meta/schema/decode.ts';
import { link } from '../../src/meta/schema/link.ts';
import {
  labelSelectorRequirements,
  matchesLabels,
  parseFieldSelector,
  parseLabelSelector,
} from '../../src/meta/selectors.ts';
import { StatusError } from '../../src/meta/status-error.ts';
import { yamlText } from '../../src/meta/yaml-text.ts';
import { encodeMessage, envelope, field } from '../../test/support/protobuf.ts';
import { oversizedBodies } from './bodies.ts';
import { type Outcome, runCreate, runPatch, runUpdate } from './pipeline.ts';

export interface Operation {
  name: string;
  /** Bytes, or what is like them, of the smaller input. */
  size: number;
  prepare(size: number): () => unknown;
}

const BODY = 350_000;
const YAML = 60_000;

function list<T>(count: number, make: (index: number) => T): T[] {
  return Array.from({ length: count }, (_, index) => make(index));
}

function textOf(size: number, unit: (index: number) => string, head = '', tail = ''): string {
  let text = head;
  for (let index = 0; text.length < size; index += 1) text += unit(index);
  return text + tail;
}

/** Refusals are answers, too. */
function refusing(work: () => unknown): () => unknown {
  return () => {
    try {
      return work();
    } catch (error) {
      if (error instanceof StatusError && error.code < 500) return error;
      throw error;
    }
  };
}

const text = (
  name: string,
  size: number,
  make: (size: number) => string,
  read: (text: string) => unknown,
): Operation => ({
  name,
  size,
  prepare(bytes) {
    const input = make(bytes);
    return refusing(() => read(input));
  },
});

const decoding: Operation[] = [
  text('JSON, a map', BODY, (n) => textOf(n, (i) => `,"k${i}":"v"`, '{"a":1', '}'), decodeJson),
  text('JSON, one key repeated', BODY, (n) => textOf(n, () => ',"a":"v"', '{"a":1', '}'), decodeJson),
  text('JSON, strings', BODY, (n) => textOf(n, () => ',"\\\\\\""', '[1', ']'), decodeJson),
  text('JSON, brackets without end', BODY, (n) => '['.repeat(n), decodeJson),
  text('JSON, an error at the end', BODY, (n) => textOf(n, () => ',[1]', '[1', '}'), decodeJson),
  text('YAML, a list', YAML, (n) => textOf(n, () => '1,', 'a: [', '1]'), decodeYaml),
  text('YAML, a map', YAML, (n) => textOf(n, (i) => `k${i}: v\n`), decodeYaml),
  text('YAML, one key repeated', YAML, (n) => textOf(n, () => 'a: b\n'), decodeYaml),
  text('YAML, documents', YAML, (n) => textOf(n, () => '---\na: 1\n'), decodeYaml),
  text('YAML, comments', YAML, (n) => textOf(n, () => '#\n', 'a: 1\n'), decodeYaml),
  text('YAML, errors', YAML, (n) => textOf(n, () => 'a: ]\n'), decodeYaml),
  text('YAML, aliases', YAML, (n) => textOf(n, () => '*a,', 'a: &a x\nb: [', '*a]'), decodeYaml),
  text(
    'quantity',
    BODY,
    (n) => `${'0'.repeat(n)}!`,
    (input) => {
      try {
        return parseQuantity(input);
      } catch (error) {
        return error;
      }
    },
  ),
  text(
    'error text',
    BODY,
    (n) => 'x'.repeat(n),
    (input) => clippedJson({ a: [input, input] }),
  ),
  text(
    'pattern of a schema',
    20_000,
    (n) => `${'a'.repeat(n)}!`,
    (input) => {
      const compiled = expression('^(a+)+$');
      return typeof compiled === 'string' ? compiled : compiled.test(input);
    },
  ),
  ...(
    [
      ['repetitions', (n) => 'a{100}'.repeat(n / 100)],
      ['brackets that nothing closes', (n) => '['.repeat(n)],
      ['escaped brackets', (n) => '[\\]'.repeat(n / 3)],
      ['alternatives', (n) => textOf(n, (i) => `|k${i}`)],
    ] as const satisfies readonly (readonly [string, (size: number) => string])[]
  ).map(([name, make]) => {
    let fresh = 0;
    // Another each time, since compiled ones are kept.
    return text(`compiling a pattern, ${name}`, 9_000, make, (input) => {
      fresh += 1;
      return expression(`${input}${fresh}`);
    });
  }),
  text(
    'label selector',
    50_000,
    (n) => textOf(n, (i) => `,v${i}`, 'a in (x', ')'),
    (input) => matchesLabels(parseLabelSelector(input), { a: 'none' }),
  ),
  text('label selector, requirements', 50_000, (n) => textOf(n, (i) => `,k${i}!=v`, 'a=b'), parseLabelSelector),
  text('field selector', 50_000, (n) => textOf(n, (i) => `,k${i}!=\\,`, 'a=b'), parseFieldSelector),
];

const pods = builtInResources.find(({ kind }) => kind === 'Pod')!;
const deployments = builtInResources.find(({ kind }) => kind === 'Deployment')!;
const podSchema = link(pods.schema, pods.definitions);

const patches: Operation[] = [
  {
    name: 'strategic merge, a list of maps',
    size: 10_000,
    prepare(size) {
      const env = (from: number) => list(size, (index) => ({ name: `V${from + index}`, value: 'x' }));
      const pod = { spec: { containers: [{ name: 'c', env: env(0) }] } };
      const patch = {
        spec: {
          containers: [
            {
              name: 'c',
              env: env(size / 2),
              '$setElementOrder/env': list(size * 2, (index) => ({ name: `V${index}` })),
            },
          ],
        },
      };
      return refusing(() => strategicMerge(podSchema, pod, patch));
    },
  },
  {
    name: 'strategic merge, deletions',
    size: 10_000,
    prepare(size) {
      const finalizers = list(size, (index) => `a/f${index}`);
      const deletions = list(size, (index) => `a/f${2 * index}`);
      const gone = list(size, (index) => ({ name: `V${2 * index}`, $patch: 'delete' }));
      const env = list(size, (index) => ({ name: `V${index}`, value: 'x' }));
      const pod = { metadata: { finalizers }, spec: { containers: [{ name: 'c', env }] } };
      const patch = {
        metadata: { '$deleteFromPrimitiveList/finalizers': deletions },
        spec: { containers: [{ name: 'c', env: gone }] },
      };
      return refusing(() => strategicMerge(podSchema, pod, patch));
    },
  },
  {
    name: 'merge patch',
    size: 6000,
    prepare(size) {
      const map = (from: number) => Object.fromEntries(list(size, (index) => [`k${from + index}`, { a: index }]));
      const [target, patch] = [{ data: map(0) }, { data: map(size / 2) }];
      return refusing(() => mergePatch(target, patch));
    },
  },
  ...['env', '$setElementOrder/env'].map(
    (key): Operation => ({
      name: `patch of a Deployment, ${key}`,
      size: 15_000,
      prepare(size) {
        const container = { name: 'c', [key]: list(size, (index) => ({ name: `V${index}` })) };
        const input = JSON.stringify({ spec: { template: { spec: { containers: [container] } } } });
        const template = {
          metadata: { labels: { a: 'b' } },
          spec: { containers: [{ name: 'c', image: 'i', env: list(size / 2, (index) => ({ name: `V${index}` })) }] },
        };
        const body = { metadata: { name: 'large' }, spec: { selector: { matchLabels: { a: 'b' } }, template } };
        let stored: Promise<Outcome> | undefined;
        return async () => {
          stored ??= runCreate(deployments, JSON.stringify(body));
          const first = await stored;
          if (first instanceof StatusError) return first;
          const old: StoredObject = { ...first, revision: 5, resource: 'deployments' };
          return runPatch(deployments, old, 'application/strategic-merge-patch+json', input);
        };
      },
    }),
  ),
  ...(
    [
      ['adds at the front', (index: number) => ({ op: 'add', path: '/list/0', value: index })],
      ['tests', () => ({ op: 'test', path: '/map', value: {} })],
      ['copies', (index: number) => ({ op: 'copy', from: '/small', path: `/map/c${index}` })],
      ['moves', (index: number) => ({ op: 'move', from: `/map/k${index}`, path: `/map/m${index}` })],
    ] as const
  ).map(
    ([name, step]: readonly [string, (index: number) => object]): Operation => ({
      name: `JSON patch, ${name}`,
      size: 4000,
      prepare(size) {
        const map = Object.fromEntries(list(size, (index) => [`k${index}`, 'x']));
        const document = { list: list(20_000, (index) => index), map, small: { a: 1 } };
        const steps = list(size, step);
        return refusing(() => jsonPatch(document, steps));
      },
    }),
  ),
];

const bytesOf = (object: unknown, type: string): Uint8Array => {
  const slash = type.lastIndexOf('/');
  const message = protobufDescriptors.kinds[type]!;
  const raw = encodeMessage(object, message, protobufDescriptors);
  return envelope(type.slice(0, slash), type.slice(slash + 1), raw);
};

function reading(name: string, make: (count: number) => Uint8Array): Operation {
  return {
    name: `protobuf, ${name}`,
    size: 40_000,
    prepare(count) {
      const input = make(count);
      return refusing(() => decodeProtobuf(input, protobufDescriptors));
    },
  };
}

/** Bodies of client-go's typed clients. */
const protobuf: Operation[] = (
  [
    ['a map', 'v1/ConfigMap', (n) => ({ data: Object.fromEntries(list(n, (index) => [`k${index}`, 'v'])) })],
    ['a list of texts', 'v1/ConfigMap', (n) => ({ metadata: { finalizers: list(n, (index) => `a.b/f${index}`) } })],
    ['a text', 'v1/ConfigMap', (n) => ({ data: { a: 'x'.repeat(20 * n) } })],
    [
      'a list of messages',
      'v1/Pod',
      (n) => ({ spec: { containers: [{ name: 'c', env: list(n, (index) => ({ name: `V${index}`, value: 'x' })) }] } }),
    ],
    ['integers', 'v1/Pod', (n) => ({ spec: { securityContext: { supplementalGroups: list(n, (index) => index) } } })],
    [
      'quantities',
      'v1/Node',
      (n) => ({ status: { capacity: Object.fromEntries(list(n, (index) => [`a.b/k${index}`, '1Gi'])) } }),
    ],
  ] as const satisfies readonly (readonly [string, string, (count: number) => unknown])[]
).map(([name, type, make]) => reading(name, (count) => bytesOf(make(count), type)));

/** What no encoder writes. */
const oddProtobuf: Operation[] = [
  reading('one key repeated', (count) =>
    envelope('v1', 'ConfigMap', list(count, () => field(2, [...field(1, 'a'), ...field(2, 'x')])).flat()),
  ),
  reading('fields that nothing has', (count) => envelope('v1', 'ConfigMap', list(count, () => field(500, 1)).flat())),
  reading('an error at the end', (count) =>
    envelope('v1', 'ConfigMap', [...list(count, () => field(2, [...field(1, 'a')])).flat(), 0xff]),
  ),
];

/** Answers in YAML; JSON is V8's. */
const encoding: Operation[] = (
  [
    ['a map', (n) => ({ data: Object.fromEntries(list(n, (index) => [`k${index}`, 'v: "x"'])) })],
    ['texts of many lines', (n) => list(n / 10, () => 'a line of a text\n  and another\n'.repeat(10))],
    ['a text', (n) => ({ data: { a: 'line\n'.repeat(20 * n) } })],
    ['deep values', (n) => list(n / 100, () => JSON.parse(`${'{"a":'.repeat(100)}1${'}'.repeat(100)}`))],
  ] as const satisfies readonly (readonly [string, (count: number) => unknown])[]
).map(
  ([name, make]): Operation => ({
    name: `YAML answer, ${name}`,
    size: 30_000,
    prepare(count) {
      const value = make(count);
      return () => yamlText(value);
    },
  }),
);

const names = (prefix: string, count: number) => list(count, (index) => `${prefix}${index}`);
const cube = (size: number): PolicyRule => ({
  verbs: names('v', size),
  apiGroups: names('g', size),
  resources: names('r', size),
});
const LIMITS = { found: 1000, steps: 1_000_000 };

const rules: Operation[] = [
  ['nothing held', (size: number): PolicyRule[] => (size > 0 ? [] : [])],
  ['the same held', (size: number) => [cube(size)]],
  [
    'each resource held by a rule',
    (size: number) => names('r', size).map((resource) => ({ verbs: ['*'], apiGroups: ['*'], resources: [resource] })),
  ],
].map(
  ([name, heldOf]): Operation => ({
    name: `escalation, ${name as string}`,
    size: 3000,
    prepare(size) {
      const held = (heldOf as (size: number) => PolicyRule[])(size);
      return () => uncovered(held, [cube(size)], LIMITS);
    },
  }),
);

const selectors: Operation[] = [
  {
    name: 'selector of an object',
    size: 20_000,
    prepare(size) {
      const matchExpressions = list(size, (index) => ({ key: `k${index}`, operator: 'In', values: ['a', 'b'] }));
      const labels = Object.fromEntries(list(size, (index) => [`k${index}`, 'b']));
      return () => matchesLabels(labelSelectorRequirements({ matchExpressions }), labels);
    },
  },
];

/** Each field of each kind that can be large, through decoding, defaulting, validation and encoding; and again as an update. */
function writes(everywhere: boolean): Operation[] {
  const writable = builtInResources.filter(({ verbs }) => verbs === undefined || verbs.includes('create'));
  return oversizedBodies(writable, everywhere).flatMap(({ name, definition, body }): Operation[] => [
    {
      name: `create ${name}`,
      size: BODY,
      prepare(size) {
        const input = body(size);
        return () => runCreate(definition, input);
      },
    },
    {
      name: `update ${name}`,
      size: BODY,
      prepare(size) {
        const input = body(size);
        let stored: Promise<Outcome> | undefined;
        return async () => {
          stored ??= runCreate(definition, input);
          const first = await stored;
          if (first instanceof StatusError) return first;
          const old: StoredObject = { ...first, revision: 5, resource: definition.resource };
          return runUpdate(definition, old, input.replace('"name":"large"', '"name":"large","labels":{"x":"y"}'));
        };
      },
    },
  ]);
}

/** `everywhere`: fields of a schema in each place where it is used, not only in the first. */
export function operations({ everywhere }: { everywhere: boolean }): Operation[] {
  return [
    ...decoding,
    ...protobuf,
    ...oddProtobuf,
    ...encoding,
    ...patches,
    ...rules,
    ...selectors,
    ...writes(everywhere),
  ];
}
