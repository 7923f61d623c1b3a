/** S0: no handler of an event or a timer can end the process: each is guarded, and the guard holds. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parse } from '@babel/parser';
import { expect, it, vi } from 'vitest';
import { faultCounts, guarded, onFault } from '../../src/meta/guard.ts';

const ROOT = path.resolve(import.meta.dirname, '../..');

/** What calls back later, and which of its arguments is the handler. */
const METHODS: Readonly<Record<string, number>> = {
  on: 1,
  once: 1,
  addListener: 1,
  prependListener: 1,
  addEventListener: 1,
};
const FUNCTIONS: Readonly<Record<string, number>> = {
  setTimeout: 0,
  setInterval: 0,
  setImmediate: 0,
  queueMicrotask: 0,
};

/** Handlers that are not guarded, by file, and why. */
const EXCEPTIONS: Readonly<Record<string, string>> = {
  'src/db/schema.ts': 'an index is on() its columns',
  'src/db/connection.ts': 'db/ imports nothing of meta/; its one timer rejects a promise',
};

interface AstNode {
  type: string;
  loc: { start: { line: number } };
  [field: string]: unknown;
}

function isNode(value: unknown): value is AstNode {
  return typeof value === 'object' && value !== null && typeof (value as AstNode).type === 'string';
}

function* nodesOf(node: AstNode): Generator<AstNode> {
  yield node;
  for (const value of Object.values(node)) {
    for (const child of Array.isArray(value) ? value : [value]) if (isNode(child)) yield* nodesOf(child);
  }
}

const nameOf = (node: unknown) => (isNode(node) && node.type === 'Identifier' ? String(node.name) : undefined);

function isGuardCall(node: unknown): boolean {
  return isNode(node) && node.type === 'CallExpression' && nameOf(node.callee) === 'guarded';
}

function isEmptyFunction(node: unknown): boolean {
  if (!isNode(node)) return false;
  if (!/^(ArrowFunctionExpression|FunctionExpression|FunctionDeclaration)$/.test(node.type)) return false;
  return isNode(node.body) && node.body.type === 'BlockStatement' && (node.body.body as unknown[]).length === 0;
}

/** Lines of handlers that could throw at nobody. */
function unguarded(source: string): string[] {
  const program = parse(source, { sourceType: 'module', plugins: ['typescript'] }).program as unknown as AstNode;
  const nodes = [...nodesOf(program)];
  // Names that are bound to a guarded or to an empty function; a promise's own functions cannot throw.
  const safe = new Set(['resolve', 'reject']);
  for (const node of nodes) {
    if (node.type === 'VariableDeclarator' && (isGuardCall(node.init) || isEmptyFunction(node.init))) {
      safe.add(nameOf(node.id) ?? '');
    }
    if (isEmptyFunction(node)) safe.add(nameOf(node.id) ?? '');
  }
  const isSafe = (handler: unknown): boolean => {
    if (isGuardCall(handler) || isEmptyFunction(handler)) return true;
    if (!isNode(handler)) return false;
    if (handler.type === 'MemberExpression') return /^(resolve|reject)$/.test(nameOf(handler.property) ?? '');
    const name = nameOf(handler);
    return name !== undefined && safe.has(name);
  };
  const found: string[] = [];
  for (const node of nodes) {
    if (node.type !== 'CallExpression' || !isNode(node.callee)) continue;
    const args = node.arguments as AstNode[];
    const method = node.callee.type === 'MemberExpression' ? nameOf(node.callee.property) : undefined;
    const name = method ?? nameOf(node.callee) ?? '';
    const table = method === undefined ? FUNCTIONS : METHODS;
    if (!Object.hasOwn(table, name)) continue;
    const at = table[name]!;
    // A table's column has an .on() too: events have a name in a text.
    if (method !== undefined && args.length < 2) continue;
    if (!isSafe(args[at])) found.push(`${node.loc.start.line}: ${name}`);
  }
  return found;
}

function* sources(folder: string): Generator<string> {
  for (const entry of readdirSync(path.join(ROOT, folder), { withFileTypes: true })) {
    const file = path.posix.join(folder, entry.name);
    if (entry.isDirectory()) yield* sources(file);
    else if (file.endsWith('.ts') && !file.endsWith('.d.ts')) yield file;
  }
}

it('S0: every handler of an event and of a timer in the control plane, the agent and the commands is guarded', () => {
  const found: string[] = [];
  for (const folder of ['src', 'agent']) {
    for (const file of sources(folder)) {
      if (Object.hasOwn(EXCEPTIONS, file)) continue;
      for (const each of unguarded(readFileSync(path.join(ROOT, file), 'utf8'))) found.push(`${file}:${each}`);
    }
  }
  expect(found).toEqual([]);
});

it.each([
  ["socket.on('data', (chunk) => parse(chunk));", 1],
  ["socket.once('close', close);", 1],
  ['setInterval(async () => { await check(); }, 1000);', 1],
  ["signal.addEventListener('abort', () => end());", 1],
  ["socket.on('data', guarded('data', (chunk) => parse(chunk)));", 0],
  ["const close = guarded('close', () => end()); socket.on('close', close);", 0],
  ["socket.on('error', () => {});", 0],
  ['new Promise((resolve) => setTimeout(resolve, 10));', 0],
])('the check of guards judges %j', (source, count) => {
  expect(unguarded(source)).toHaveLength(count);
});

it('S0: what a guarded handler throws, now or later, is counted, told, and goes no further', async () => {
  const told: [string, unknown][] = [];
  const end = onFault((where, error) => told.push([where, error]));
  const noLog = onFault(() => {
    throw new Error('the disk is full');
  });
  const before = faultCounts().get('test') ?? 0;
  const now = new Error('now');
  const later = new Error('later');
  guarded('test', () => {
    throw now;
  })();
  guarded('test', async () => {
    await Promise.resolve();
    throw later;
  })();
  await vi.waitFor(() => expect(told).toHaveLength(2));
  expect(told).toEqual([
    ['test', now],
    ['test', later],
  ]);
  expect(faultCounts().get('test')).toBe(before + 2);
  end();
  noLog();
});

it('a guarded handler gets what the event brings', () => {
  const handler = vi.fn();
  guarded('test', handler)('a', 2);
  expect(handler).toHaveBeenCalledWith('a', 2);
});
