/** The messages come from kubectl's Go types, the definitions from another package: what both say must agree. */
import { expect, test } from 'vitest';
import { protobufDescriptors } from '../../../src/apis/generated/protobuf.js';
import { bodyKinds, builtInResources, definitions } from '../../../src/apis/index.ts';
import { apiVersionOf } from '../../../src/meta/object.ts';
import type { ProtobufField } from '../../../src/meta/protobuf/descriptors.ts';
import type { Schema } from '../../../src/meta/schema/types.ts';

const { messages, kinds } = protobufDescriptors;
/** Of v1.35 alone, behind a gate that is off; the package of types has what v1.36 made of it. */
const NOT_IN_DEFINITIONS = new Set(['io.k8s.api.core.v1.PodSpec workloadRef']);

/** kubectl has no Go types of it, and sends it as JSON. */
const NOT_IN_KUBECTL = 'apiextensions.k8s.io/v1/CustomResourceDefinition';

test('every kind that requests may hold has messages', () => {
  const served = [
    ...builtInResources
      .filter(({ verbs }) => verbs === undefined || verbs.includes('create'))
      .map(({ group, version, kind }) => `${apiVersionOf(group, version)}/${kind}`),
    ...bodyKinds
      .filter(({ kind }) => kind !== 'DeleteOptions')
      .map(({ group, version, kind }) => `${apiVersionOf(group, version)}/${kind}`),
  ];
  for (const kind of served) if (kind !== NOT_IN_KUBECTL) expect(kinds, kind).toHaveProperty([kind]);
  expect(messages).toHaveProperty(['io.k8s.apimachinery.pkg.apis.meta.v1.DeleteOptions']);
});

test('the fields of messages are the properties of their definitions', () => {
  for (const [name, { form }] of Object.entries(messages)) {
    const definition = definitions[name];
    if (form !== undefined || definition === undefined) continue;
    // Type and version are said by the envelope.
    const typed =
      definition['x-kubernetes-group-version-kind'] !== undefined || name.endsWith('.v1.DeleteOptions')
        ? ['apiVersion', 'kind']
        : [];
    const fields = [...fieldsOf(name)]
      .map((field) => field.name)
      .filter((field) => !NOT_IN_DEFINITIONS.has(`${name} ${field}`));
    expect([...fields, ...typed].sort(), name).toEqual(Object.keys(definition.properties ?? {}).sort());
  }
});

test('the types of fields are those of the properties', () => {
  let compared = 0;
  for (const [name, { form }] of Object.entries(messages)) {
    const properties = definitions[name]?.properties;
    if (form !== undefined || properties === undefined) continue;
    for (const field of fieldsOf(name)) {
      const schema = properties[field.name];
      if (schema === undefined) continue;
      expect(kindOf(field), `${name} ${field.name}`).toBe(kindOfSchema(schema));
      compared++;
    }
  }
  expect(compared).toBeGreaterThan(0);
});

/** Those of embedded messages too, which are no definitions. */
function* fieldsOf(name: string): Generator<ProtobufField> {
  for (const field of Object.values(messages[name]!.fields)) {
    if (field.name === '') yield* fieldsOf(field.message!);
    else yield field;
  }
}

function kindOf({ scalar, message, repeated }: ProtobufField): string {
  const items = message !== undefined && messages[message]!.form === 'items';
  const content = items ? 'string list' : (message ?? scalar);
  return repeated === undefined ? `${content}` : `${content} ${repeated}`;
}

function kindOfSchema(schema: Schema): string {
  if (schema.$ref !== undefined) return schema.$ref;
  if (schema.type === 'array') return `${kindOfSchema(schema.items!)} list`;
  if (schema.type === 'object') return `${kindOfSchema(schema.additionalProperties as Schema)} map`;
  if (schema.type === 'string') return schema.format === 'byte' ? 'bytes' : 'string';
  if (schema.type === 'boolean') return 'bool';
  return schema.format ?? String(schema.type);
}
