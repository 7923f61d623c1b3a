/** Reads the type declarations of the kubernetes-models package into named types. */
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { parse } from '@babel/parser';
import type { Comment, Node, Statement, TSInterfaceDeclaration, TSType, TSTypeAliasDeclaration } from '@babel/types';
import { definitionName } from './names.ts';

/** One exported type of the package under its upstream definition name. */
export interface PackageType {
  name: string;
  description: string | undefined;
  /** The members of an interface, or the aliased type. */
  body: { members: TSInterfaceDeclaration['body']['body'] } | { alias: TSType };
  /** Definition names of the types that the file imports or declares, by the identifier used for them. */
  references: ReadonlyMap<string, string>;
  /** The compiled validator of this type. */
  validatorFile: string;
}

/** The folders that hold declarations, and the versions of their packages. */
export interface PackageSource {
  roots: readonly string[];
  versions: readonly string[];
}

const PACKAGES = ['kubernetes-models', '@kubernetes-models/apimachinery'];

export function locatePackages(from: string): PackageSource {
  const require = createRequire(from);
  const models = dirname(require.resolve('kubernetes-models/package.json'));
  // Resolved from the models package, whose own dependency it is.
  const apimachinery = dirname(
    createRequire(join(models, 'package.json')).resolve('@kubernetes-models/apimachinery/package.json'),
  );
  const roots = [models, apimachinery];
  const versions = roots.map((root, index) => {
    const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
    return `${PACKAGES[index]}@${version}`;
  });
  return { roots, versions };
}

/**
 * Where each definition is declared, from file names and their export aliases alone: parsing all files would take
 * seconds, and a build needs a quarter of them.
 */
export function indexDeclarations(source: PackageSource): Map<string, { file: string; root: string; alias: string }> {
  const found = new Map<string, { file: string; root: string; alias: string }>();
  for (const root of source.roots) {
    for (const entry of readdirSync(root, { recursive: true, encoding: 'utf8' })) {
      if (
        !entry.endsWith('.d.ts') ||
        entry.endsWith('index.d.ts') ||
        /(^|[/\\])(_schemas|node_modules)[/\\]/.test(entry)
      )
        continue;
      const file = join(root, entry);
      const alias = /\bas II(oK8s\w+)/.exec(lastLineOf(readFileSync(file, 'utf8')))?.[1];
      if (alias === undefined) continue;
      const typeName = entry.slice(Math.max(entry.lastIndexOf('/'), entry.lastIndexOf('\\')) + 1, -'.d.ts'.length);
      found.set(definitionName(`I${alias}`, typeName), { file, root, alias: `I${alias}` });
    }
  }
  return found;
}

function lastLineOf(text: string): string {
  const end = text.trimEnd();
  return end.slice(end.lastIndexOf('\n') + 1);
}

/** Parses one declaration file. Throws when it does not hold the interface or alias that its name promises. */
export function readType(
  name: string,
  at: { file: string; root: string; alias: string },
  nameOfAlias: ReadonlyMap<string, string>,
): PackageType {
  const typeName = name.slice(name.lastIndexOf('.') + 1);
  const { body } = parse(readFileSync(at.file, 'utf8'), {
    sourceType: 'module',
    plugins: [['typescript', { dts: true }]],
  }).program;
  const references = new Map<string, string>([[`I${typeName}`, name]]);
  for (const statement of body) {
    if (statement.type !== 'ImportDeclaration') continue;
    for (const specifier of statement.specifiers) {
      const target = nameOfAlias.get(specifier.local.name.slice(1));
      if (target !== undefined) references.set(specifier.local.name, target);
    }
  }
  const declared = body.map(exportedType).find((each) => each?.id.name === `I${typeName}`);
  if (declared === undefined) throw new Error(`${at.file} declares no I${typeName}`);
  return {
    name,
    // Babel hangs the comment on the export statement around the declaration.
    description: descriptionOf(body.find((statement) => exportedType(statement) === declared) ?? declared),
    body:
      declared.type === 'TSInterfaceDeclaration' ? { members: declared.body.body } : { alias: declared.typeAnnotation },
    references,
    validatorFile: join(at.root, '_schemas', `${at.alias}.js`),
  };
}

function exportedType(statement: Statement): TSInterfaceDeclaration | TSTypeAliasDeclaration | undefined {
  const inner = statement.type === 'ExportNamedDeclaration' ? statement.declaration : statement;
  return inner?.type === 'TSInterfaceDeclaration' || inner?.type === 'TSTypeAliasDeclaration' ? inner : undefined;
}

/** The text of the JSDoc comment before a node, without the comment's frame. */
export function descriptionOf(node: Node): string | undefined {
  const comment = node.leadingComments?.findLast((each: Comment) => each.type === 'CommentBlock');
  if (comment === undefined || !comment.value.startsWith('*')) return undefined;
  const lines = comment.value.slice(1).split('\n');
  const text = lines.map((line) => line.replace(/^\s*\* ?/, '')).join('\n');
  return text.trim().replaceAll('*\\/', '*/');
}
