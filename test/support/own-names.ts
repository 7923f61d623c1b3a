/** Finds code that takes a name of Object.prototype for something else than an ordinary name. */
import { parse } from '@babel/parser';

interface Node {
  type: string;
  start: number;
  end: number;
  loc: { start: { line: number } };
  [field: string]: unknown;
}

/** Maps that are no field of a kind, but whose keys clients choose all the same. */
const OTHER_MAPS = ['fields', 'headers', 'parameters', 'extra'];

export interface Violation {
  line: number;
  /** The table or map, e.g. `CONDITION_TAINTS` or `metadata.labels`. */
  what: string;
  why: string;
}

/**
 * Violations in a TypeScript source: `in` with anything but a literal on its left, look-ups into tables (module constants
 * that are object literals, or literals on the spot) and into maps of clients under names that are not constants,
 * assignments under such names, and Object.assign, which loses `__proto__`. `maps`: names of fields that are maps.
 */
export function findViolations(source: string, maps: ReadonlySet<string>): Violation[] {
  const ast = parse(source, { sourceType: 'module', plugins: ['typescript'] }) as unknown as { program: Node };
  const tables = tablesOf(ast.program);
  const clients = new Set([...maps, ...OTHER_MAPS]);
  const violations: Violation[] = [];
  const textOf = (node: Node) => source.slice(node.start, node.end).replaceAll(/\s+/g, ' ');
  const report = (node: Node, what: string, why: string) => {
    violations.push({ line: node.loc.start.line, what, why });
  };

  function member(node: Node, parent: Node | undefined): void {
    const [object, key] = [node.object as Node, node.property as Node];
    if (isConstant(key) || isPosition(textOf(key))) return;
    if (source.includes(`Object.hasOwn(${textOf(object)}, ${textOf(key)})`)) return;
    const assigned = parent?.type === 'AssignmentExpression' && parent.left === node;
    const name = nameOf(object);
    if (assigned) report(node, textOf(object), 'assigns under a name that is not a constant: setOwn');
    else if (object.type === 'ObjectExpression' || unwrap(object).type === 'ObjectExpression')
      report(node, textOf(object), 'looks up in a literal: own');
    else if (name !== undefined && (tables.has(name) || clients.has(name)))
      report(node, textOf(object), 'looks up a name that is not a constant: own');
  }

  walk(ast.program, undefined, (node, parent) => {
    if (node.type === 'BinaryExpression' && node.operator === 'in' && (node.left as Node).type !== 'StringLiteral') {
      report(node, textOf(node), '`in` finds inherited names: Object.hasOwn');
    } else if (/^(Optional)?MemberExpression$/.test(node.type)) {
      if (node.computed === true) member(node, parent);
      else if (textOf(node) === 'Object.assign') report(node, 'Object.assign', 'loses __proto__: spread');
    }
  });
  return violations;
}

function walk(node: Node, parent: Node | undefined, visit: (node: Node, parent: Node | undefined) => void): void {
  visit(node, parent);
  for (const [field, value] of Object.entries(node)) {
    if (field === 'loc') continue;
    for (const each of Array.isArray(value) ? value : [value]) {
      if (typeof each === 'object' && each !== null && typeof each.type === 'string') walk(each as Node, node, visit);
    }
  }
}

/** `x` of `x as T`, `x satisfies T`, `x!` and `(x)`. */
function unwrap(node: Node): Node {
  return /^TS(As|Satisfies|NonNull)Expression$|^ParenthesizedExpression$/.test(node.type)
    ? unwrap(node.expression as Node)
    : node;
}

/** Names of the module's constants that are object literals with an inherited prototype. */
function tablesOf(program: Node): Set<string> {
  const names = new Set<string>();
  for (const statement of program.body as Node[]) {
    const declaration =
      statement.type === 'ExportNamedDeclaration' ? (statement.declaration as Node | null) : statement;
    if (declaration?.type !== 'VariableDeclaration') continue;
    for (const { id, init } of declaration.declarations as { id: Node; init: Node | null }[]) {
      if (init !== null && unwrap(init).type === 'ObjectExpression') names.add(id.name as string);
    }
  }
  return names;
}

/** The last name of an expression: `labels` of `pod.metadata.labels`. */
function nameOf(expression: Node): string | undefined {
  const node = unwrap(expression);
  if (node.type === 'Identifier') return node.name as string;
  if (!/^(Optional)?MemberExpression$/.test(node.type)) return undefined;
  const property = node.property as Node;
  return property.type === 'Identifier' && node.computed !== true ? (property.name as string) : undefined;
}

/** Literals, SOME_CONSTANT, and texts that begin with what no property of Object.prototype begins with. */
function isConstant(key: Node): boolean {
  if (/^(String|Numeric)Literal$/.test(key.type)) return true;
  if (key.type === 'Identifier') return /^[A-Z][A-Z0-9_]*$/.test(key.name as string);
  if (key.type !== 'TemplateLiteral') return key.type === 'BinaryExpression' && isConstant(key.left as Node);
  const [quasi] = key.quasis as { value: { raw: string } }[];
  const [expression] = key.expressions as Node[];
  return quasi?.value.raw !== '' || (expression !== undefined && isConstant(expression));
}

/** Positions in lists go by these names, or are computed. */
function isPosition(key: string): boolean {
  return /^(\w+\.)*(index|i|at|position|middle|chosen|drop|next)(\+\+)?$|[-+*&%?]|^(index\w*|Number|Math\.\w+)\(|Symbol\./.test(
    key,
  );
}
