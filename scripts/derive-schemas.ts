/**
 * Derives the OpenAPI definitions of the built-in kinds from the type declarations of the kubernetes-models package into
 * src/apis/generated/. Runs at install time (npm's `prepare`) and does nothing when package and derivation are unchanged.
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { deriveDefinitions } from './derive/definitions.ts';
import { locatePackages } from './derive/package-types.ts';

const OUTPUT = join(import.meta.dirname, '..', 'src', 'apis', 'generated');
const MODULE = join(OUTPUT, 'definitions.js');

const source = locatePackages(import.meta.filename);
const roots = await readRoots();
const stamp = `// Derived from ${source.versions.join(' and ')}; inputs ${hashOfInputs()}.\n`;
if (existsSync(MODULE) && readFileSync(MODULE, 'utf8').startsWith(stamp)) process.exit(0);

const definitions = await deriveDefinitions(source, roots);
// A string literal that JSON.parse reads loads about twice as fast as the same object as JavaScript.
const literal = JSON.stringify(JSON.stringify(definitions))
  .replaceAll('\u2028', '\\u2028')
  .replaceAll('\u2029', '\\u2029');
write('definitions.js', `${stamp}export const derivedDefinitions = JSON.parse(${literal});\n`);
write(
  'definitions.d.ts',
  `${stamp}import type { Schema } from '../../meta/schema/types.ts';\nexport declare const derivedDefinitions: Record<string, Schema>;\n`,
);
console.log(`Derived ${Object.keys(definitions).length} API definitions from ${source.versions.join(' and ')}`);

/** From the manifests of the groups, which import what is to be derived: at first nothing stands in for it. */
async function readRoots(): Promise<string[]> {
  mkdirSync(OUTPUT, { recursive: true });
  if (!existsSync(MODULE)) write('definitions.js', 'export const derivedDefinitions = {};\n');
  const [{ rootsOf }, { groups }] = await Promise.all([
    import('../src/apis/group.ts'),
    import('../src/apis/groups.ts'),
  ]);
  return rootsOf(groups);
}

/** Written aside and renamed, so that two installs at once never leave half a file. */
function write(name: string, text: string): void {
  const aside = join(OUTPUT, `.${name}.${process.pid}`);
  writeFileSync(aside, text);
  renameSync(aside, join(OUTPUT, name));
}

function hashOfInputs(): string {
  const folder = join(import.meta.dirname, 'derive');
  const files = [
    import.meta.filename,
    ...readdirSync(folder)
      .sort()
      .map((file) => join(folder, file)),
  ];
  const hash = createHash('sha256').update(source.versions.join()).update(roots.join());
  for (const file of files) hash.update(readFileSync(file));
  return hash.digest('hex').slice(0, 16);
}
