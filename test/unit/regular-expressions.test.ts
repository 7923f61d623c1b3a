/**
 * Regular expressions meet clients' texts. Those that are written in the source run on V8's engine, which backtracks: each
 * must be one that takes linear time, which `recheck` decides. Patterns from elsewhere run on meta/expression.ts.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from '@babel/parser';
import { checkSync } from 'recheck';
import { describe, expect, it } from 'vitest';

/** Not linear, and why that is no harm. */
const BOUNDED: Readonly<Record<string, string>> = {
  '/\\/+$/': 'the URL of the server itself, from its settings',
  '/\\s*\\n\\s*/g': 'the output of a program of ours, on the command line',
  '/^ID(_LIKE)?=.*\\b(debian|ubuntu)\\b/m': '/etc/os-release',
  '/\\d+\\/(\\d+)/': '/proc/loadavg',
  '/[-.]+$/': 'a host name that was cut to 63 characters',
  '/^0+(?=\\d)/': 'one run of zeros at the beginning, which is left at once',
};

/** The analysis does not get to an end with these. */
const UNDECIDED: Readonly<Record<string, string>> = {
  'agent/pods/image.ts': 'texts of at most 1024 characters, of which the worst that was found took 0.2 ms',
  'src/meta/schema/formats.ts': 'a host name: the look-ahead lets no more than 254 characters pass',
  'src/apis/core/validation/windows-options.ts': 'each label backtracks within its 63 characters',
};

interface Found {
  file: string;
  at: string;
  source: string;
  flags: string;
}

// biome-ignore lint/suspicious/noExplicitAny: nodes of whatever type
type Node = any;

function* sources(folder: string): Generator<string> {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory() && entry.name !== 'generated') yield* sources(path);
    else if (path.endsWith('.ts') && !path.endsWith('.d.ts')) yield path;
  }
}

function visit(node: Node, see: (node: Node) => void): void {
  if (Array.isArray(node)) for (const each of node) visit(each, see);
  else if (typeof node === 'object' && node !== null && typeof node.type === 'string') {
    see(node);
    for (const key of Object.keys(node)) if (key !== 'loc') visit(node[key], see);
  }
}

/** The text of a literal, a template, or a name of the module that stands for one; undefined for anything else. */
function constantText(node: Node, constants: ReadonlyMap<string, Node>): string | undefined {
  if (node === undefined || node === null) return undefined;
  if (node.type === 'StringLiteral') return node.value;
  if (node.type === 'Identifier') return constantText(constants.get(node.name), constants);
  if (node.type !== 'TemplateLiteral') return undefined;
  let text = '';
  for (const [index, quasi] of node.quasis.entries()) {
    text += quasi.value.cooked;
    const inside = node.expressions[index];
    if (inside === undefined) continue;
    const part = constantText(inside, constants);
    if (part === undefined) return undefined;
    text += part;
  }
  return text;
}

const IMPLICIT = new Set(['match', 'matchAll', 'search']);

function examine(path: string): { constant: Found[]; foreign: string[] } {
  const constant: Found[] = [];
  const foreign: string[] = [];
  const program: Node = parse(readFileSync(path, 'utf8'), { sourceType: 'module', plugins: ['typescript'] }).program;
  const constants = new Map<string, Node>();
  for (const statement of program.body) {
    const declaration = statement.type === 'ExportNamedDeclaration' ? statement.declaration : statement;
    if (declaration?.type !== 'VariableDeclaration' || declaration.kind !== 'const') continue;
    for (const { id, init } of declaration.declarations) if (id.type === 'Identifier') constants.set(id.name, init);
  }
  visit(program, (node) => {
    const at = `${path}:${node.loc?.start.line}`;
    if (node.type === 'RegExpLiteral') constant.push({ file: path, at, source: node.pattern, flags: node.flags });
    const makes = node.type === 'NewExpression' || node.type === 'CallExpression';
    if (makes && node.callee.type === 'Identifier' && node.callee.name === 'RegExp') {
      const source = constantText(node.arguments[0], constants);
      if (source === undefined) foreign.push(at);
      else constant.push({ file: path, at, source, flags: constantText(node.arguments[1], constants) ?? '' });
    }
    // A text that is given to these becomes an expression.
    if (
      node.type === 'CallExpression' &&
      node.callee.type === 'MemberExpression' &&
      IMPLICIT.has(node.callee.property.name)
    ) {
      if (node.arguments[0]?.type === 'TemplateLiteral' || node.arguments[0]?.type === 'StringLiteral')
        foreign.push(at);
    }
  });
  return { constant, foreign };
}

describe('regular expressions', () => {
  const files = [...sources('src'), ...sources('agent')].map(examine);
  const constant = new Map(
    files.flatMap((file) => file.constant).map((each) => [`/${each.source}/${each.flags}`, each]),
  );

  it('are found', () => {
    expect(constant.size).toBeGreaterThan(100);
  });

  it('have constant patterns, or run on the linear engine', () => {
    expect(files.flatMap((file) => file.foreign)).toEqual([]);
  });

  it('that are constant take linear time', { timeout: 120_000 }, () => {
    const slow = [...constant].filter(([text, { file, source, flags }]) => {
      if (Object.hasOwn(BOUNDED, text) || (text.length > 100 && Object.hasOwn(UNDECIDED, file))) return false;
      const { status } = checkSync(source, flags.replace(/[dv]/g, ''), { timeout: 20_000, checker: 'automaton' });
      return status !== 'safe';
    });
    expect(slow.map(([text, { at }]) => `${at} ${text}`)).toEqual([]);
  });

  it('that are excused exist', () => {
    expect(Object.keys(BOUNDED).filter((text) => !constant.has(text))).toEqual([]);
  });
});
