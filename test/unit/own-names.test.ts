import { globSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { definitions } from '../../src/apis/index.ts';
import { findViolations } from '../support/own-names.ts';

const maps = new Set(
  Object.values(definitions).flatMap(({ properties = {} }) =>
    Object.entries(properties)
      .filter(([, schema]) => typeof schema.additionalProperties === 'object')
      .map(([name]) => name),
  ),
);

/** `file table`: keys that are the program's own, which no client can choose. */
const ALLOWED = new Map<string, string>([
  ['agent/config.ts FLAGS', 'a flag of the program'],
  ['agent/host/transport.ts message.headers', "headers of Node, which have no prototype's names"],
  ['agent/pods/report.ts patch', 'fields of the status that the agent writes'],
  ['agent/pods/steps.ts EXECUTORS', 'steps that the agent planned'],
  ['agent/runtime/docker/create-options.ts bindings', 'begins with a port number'],
  ['agent/runtime/docker/errors.ts Object.assign', 'onto an Error'],
  ['src/apis/core/pod-spec-defaults.ts requests', 'checked by POD_LEVEL before'],
  ['src/apis/core/validation/volume.ts SOURCES', 'a key of SOURCES itself'],
  ['src/apis/overlay.ts Object.assign', "extensions of the program's own tables"],
  ['src/apiserver/discovery/documents.ts paths', 'begins with api'],
  ['src/apiserver/discovery/openapi-paths.ts paths', 'begins with a slash'],
  ['src/apiserver/discovery/openapi-v2.ts Object.assign', 'paths, which begin with a slash'],
  ['src/apiserver/registry/prepare.ts to', 'a field of ObjectMeta'],
  ['src/apiserver/registry/stored-form.ts fields', 'a path that the definition names'],
  ['src/client/http.ts PATCH_TYPES', 'a patch type of the caller in this process'],
  ['src/apiserver/loopback/client.ts MEDIA_TYPES', 'a patch type of the caller in this process'],
  ['src/meta/managed-fields/field-set.ts set', 'begins with a letter and a colon'],
  ['src/meta/own.ts object', 'setOwn itself'],
  ['src/meta/protobuf/message.ts fields', 'a field number'],
  ['src/meta/protobuf/message.ts into', 'a field that the descriptor names'],
  ['src/meta/protobuf/message.ts WIRE_TYPES', 'a scalar that the descriptor names'],
  ['src/meta/schema/canonical.ts holder', 'a property that is there: assignment changes it'],
  ['src/meta/selectors.ts matchLabels', 'a key of matchLabels itself'],
  [
    'src/reconcile/postgres/queue.ts { retry: sql`attempts + 1`, release: sql`attempts`, done: sql`0`, after: sql`0` }',
    'an outcome of a reconciler',
  ],
]);

describe('names of Object.prototype are ordinary names', () => {
  it('S12: no source file looks up or assigns under names of clients without own and setOwn', () => {
    const found: string[] = [];
    const unused = new Set(ALLOWED.keys());
    for (const file of globSync('{src,agent}/**/*.ts').sort()) {
      for (const { line, what, why } of findViolations(readFileSync(file, 'utf8'), maps)) {
        unused.delete(`${file} ${what}`);
        if (!ALLOWED.has(`${file} ${what}`)) found.push(`${file}:${line} ${what}: ${why}`);
      }
    }
    expect(found).toEqual([]);
    expect([...unused]).toEqual([]);
    // Parsing all of the source takes two seconds alone, and longer on a busy machine.
  }, 60_000);

  it.each([
    ['const TABLE = { a: 1 };\nTABLE[name];', 2],
    ['const TABLE: Record<string, number> = { a: 1 } as const;\nfor (const each of list) TABLE[each.type]?.();', 2],
    ['const found = { False: 1, Unknown: 2 }[status];', 1],
    ['object.metadata.labels?.[key] === value;', 1],
    ['labels[key];', 1],
    ['key in labels;', 1],
    ['copy[key] = value;', 1],
    ['counts[name] ??= 0;', 1],
    ['Object.assign(target, source);', 1],
  ])('refuses %s', (source, line) => {
    expect(findViolations(source, maps).map((each) => each.line)).toEqual([line]);
  });

  it.each([
    'own(TABLE, name);',
    'const TABLE = { a: 1 };\nconst found = Object.hasOwn(TABLE, name) ? TABLE[name] : 0;',
    'const LIST = [1];\nLIST[index];',
    "annotations['kubernetes.io/name'];",
    'annotations[REVISION];',
    "if ('error' in outcome) throw outcome.error;",
    'totals[index] += 1;',
    'const TABLE = new Map();\nTABLE.get(name);',
    'for (const key in labels) own(other, key);',
  ])('allows %s', (source) => {
    expect(findViolations(source, maps)).toEqual([]);
  });
});
