import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addFormats } from '../../../scripts/derive/formats.ts';
import { readType } from '../../../scripts/derive/package-types.ts';
import { toDefinition } from '../../../scripts/derive/to-schema.ts';
import type { Schema } from '../../../src/meta/schema/types.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'kedge-derive-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

function derive(declaration: string): Schema {
  const file = join(folder, 'Thing.d.ts');
  writeFileSync(file, declaration);
  const at = { file, root: folder, alias: 'IoK8sApiCoreV1Thing' };
  const names = new Map([['IoK8sApiCoreV1Other', 'io.k8s.api.core.v1.Other']]);
  return toDefinition(readType('io.k8s.api.core.v1.Thing', at, names));
}

describe('a declaration becomes a definition', () => {
  it('with optional members, references, lists, maps, unions and descriptions', () => {
    const schema = derive(`
      import { IIoK8sApiCoreV1Other } from './Other.js';
      /**
       * A thing.
       *
       *  - indented
       */
      export interface IThing {
          /** Its name. */
          "name": string;
          "others"?: Array<IIoK8sApiCoreV1Other>;
          "labels"?: { [key: string]: string; };
          "mode"?: "A" | "B";
          "self"?: IThing;
      }`);
    expect(schema).toEqual({
      description: 'A thing.\n\n - indented',
      type: 'object',
      properties: {
        name: { description: 'Its name.', type: 'string' },
        others: { type: 'array', items: { $ref: 'io.k8s.api.core.v1.Other' } },
        labels: { type: 'object', additionalProperties: { type: 'string' } },
        mode: { type: 'string', enum: ['A', 'B'] },
        self: { $ref: 'io.k8s.api.core.v1.Thing' },
      },
      required: ['name'],
    });
  });

  it('with a kind, whose apiVersion and kind are strings that nobody has to send', () => {
    const schema = derive('export interface IThing { "apiVersion": "g.k8s.io/v1"; "kind": "Thing"; "spec": string; }');
    expect(schema.required).toEqual(['spec']);
    expect(schema.properties?.kind).toMatchObject({ type: 'string' });
    expect(schema.properties?.kind).not.toHaveProperty('enum');
    expect(schema['x-kubernetes-group-version-kind']).toEqual([{ group: 'g.k8s.io', version: 'v1', kind: 'Thing' }]);
  });

  it('or an error, where the package says something new', () => {
    expect(() => derive('export interface IThing { "a": Map<string, string>; }')).toThrow(
      'io.k8s.api.core.v1.Thing: the derivation does not know reference Map',
    );
  });
});

describe('formats', () => {
  it('are read from the errors of the compiled validator', async () => {
    const file = join(folder, 'validator.mjs');
    writeFileSync(
      file,
      `export function validate(data) {
        const error = (instancePath, keyword, params) => ({ instancePath, keyword, params });
        validate.errors = [
          error('/count', 'type', { type: 'integer' }),
          error('/count', 'format', { format: 'int32' }),
          error('/blobs/k', 'format', { format: 'byte' }),
          error('', 'required', { missingProperty: 'x' }),
        ];
        return false;
      }`,
    );
    const schema: Schema = {
      type: 'object',
      properties: {
        count: { type: 'number' },
        share: { type: 'number' },
        blobs: { type: 'object', additionalProperties: { type: 'string' } },
      },
    };
    await addFormats(schema, file);
    expect(schema.properties).toEqual({
      count: { type: 'integer', format: 'int32' },
      share: { type: 'number', format: 'double' },
      blobs: { type: 'object', additionalProperties: { type: 'string', format: 'byte' } },
    });
  });
});
