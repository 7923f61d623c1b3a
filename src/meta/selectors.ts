/** Label and field selectors: parsing (upstream's grammar and messages), matching, formatting. */
import { validateLabelKey, validateLabelValue } from './names.ts';
import { own } from './own.ts';
import { StatusError } from './status-error.ts';

export interface LabelRequirement {
  key: string;
  operator: 'In' | 'NotIn' | 'Exists' | 'DoesNotExist' | 'Gt' | 'Lt';
  values: readonly string[];
}

export interface FieldRequirement {
  path: string;
  operator: '=' | '!=';
  value: string;
}

export interface LabelExpression {
  key: string;
  operator: string;
  values?: readonly string[];
}

/** metav1.LabelSelector, as objects hold it. */
export interface LabelSelector {
  matchLabels?: Readonly<Record<string, string>>;
  matchExpressions?: readonly LabelExpression[];
}

interface Token {
  kind: 'identifier' | 'in' | 'notin' | 'end' | '!' | '=' | '==' | '!=' | '>' | '<' | '(' | ')' | ',';
  text: string;
}

const SYMBOLS = ['==', '!=', '=', '!', '>', '<', '(', ')', ','] as const;
const BINARY_OPERATORS = '!=, <, =, ==, >, in, notin';

function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  const scanner = /[ \t\r\n]*(==|!=|[=!<>(),]|[^ \t\r\n=!<>(),]+)/y;
  for (let match = scanner.exec(text); match !== null; match = scanner.exec(text)) {
    const found = match[1]!;
    const symbol = SYMBOLS.find((each) => each === found);
    if (symbol !== undefined) tokens.push({ kind: symbol, text: found });
    else if (found === 'in' || found === 'notin') tokens.push({ kind: found, text: found });
    else tokens.push({ kind: 'identifier', text: found });
  }
  tokens.push({ kind: 'end', text: '' });
  return tokens;
}

class SelectorSyntaxError extends Error {}

/** One requirement's recursive descent; `in` and `notin` are identifiers wherever an operator cannot stand. */
class LabelSelectorParser {
  private readonly tokens: Token[];
  private position = 0;

  constructor(text: string) {
    this.tokens = tokenize(text);
  }

  parse(): LabelRequirement[] {
    const requirements: LabelRequirement[] = [];
    while (true) {
      const start = this.peek();
      if (start.kind === 'end') return requirements;
      if (start.kind !== 'identifier' && start.kind !== '!') {
        throw new SelectorSyntaxError(`found '${start.text}', expected: !, identifier, or 'end of string'`);
      }
      requirements.push(this.requirement());
      const next = this.take();
      if (next.kind === 'end') return requirements;
      if (next.kind !== ',') {
        throw new SelectorSyntaxError(`found '${next.text}', expected: ',' or 'end of string'`);
      }
      const after = this.peek();
      if (after.kind !== 'identifier' && after.kind !== '!') {
        throw new SelectorSyntaxError(`found '${after.text}', expected: identifier after ','`);
      }
    }
  }

  private peek(): Token {
    const token = this.tokens[Math.min(this.position, this.tokens.length - 1)]!;
    return token.kind === 'in' || token.kind === 'notin' ? { kind: 'identifier', text: token.text } : token;
  }

  private take(): Token {
    const token = this.peek();
    this.position += 1;
    return token;
  }

  private takeOperator(): Token {
    const token = this.tokens[Math.min(this.position, this.tokens.length - 1)]!;
    this.position += 1;
    return token;
  }

  private requirement(): LabelRequirement {
    try {
      return this.parseRequirement();
    } catch (error) {
      if (!(error instanceof SelectorSyntaxError)) throw error;
      throw new SelectorSyntaxError(`unable to parse requirement: ${error.message}`);
    }
  }

  private parseRequirement(): LabelRequirement {
    const negated = this.peek().kind === '!';
    if (negated) this.take();
    const name = this.take();
    if (name.kind !== 'identifier') throw new SelectorSyntaxError(`found '${name.text}', expected: identifier`);
    const problems = validateLabelKey(name.text);
    if (problems.length > 0) {
      throw new SelectorSyntaxError(`<nil>: Invalid value: ${JSON.stringify(name.text)}: ${problems.join('; ')}`);
    }
    if (negated) return { key: name.text, operator: 'DoesNotExist', values: [] };
    const next = this.peek().kind;
    if (next === 'end' || next === ',') return { key: name.text, operator: 'Exists', values: [] };
    const operator = this.takeOperator();
    switch (operator.kind) {
      case '=':
      case '==':
        return checked({ key: name.text, operator: 'In', values: [this.exactValue()] });
      case '!=':
        return checked({ key: name.text, operator: 'NotIn', values: [this.exactValue()] });
      case '>':
        return checked({ key: name.text, operator: 'Gt', values: [this.exactValue()] });
      case '<':
        return checked({ key: name.text, operator: 'Lt', values: [this.exactValue()] });
      case 'in':
        return checked({ key: name.text, operator: 'In', values: this.valueSet() });
      case 'notin':
        return checked({ key: name.text, operator: 'NotIn', values: this.valueSet() });
      default:
        throw new SelectorSyntaxError(`found '${operator.text}', expected: ${BINARY_OPERATORS}`);
    }
  }

  private exactValue(): string {
    const next = this.peek();
    if (next.kind === 'end' || next.kind === ',') return '';
    this.take();
    if (next.kind !== 'identifier') throw new SelectorSyntaxError(`found '${next.text}', expected: identifier`);
    return next.text;
  }

  private valueSet(): string[] {
    const open = this.take();
    if (open.kind !== '(') throw new SelectorSyntaxError(`found '${open.text}' expected: '('`);
    const first = this.peek();
    if (first.kind === ')') {
      this.take();
      return [''];
    }
    if (first.kind !== 'identifier' && first.kind !== ',') {
      throw new SelectorSyntaxError(`found '${first.text}', expected: ',', ')' or identifier`);
    }
    return [...this.values()].sort();
  }

  /** Values up to and with the closing parenthesis; nothing between commas is the empty value. */
  private values(): Set<string> {
    const values = new Set<string>();
    while (true) {
      const token = this.take();
      if (token.kind === 'identifier') {
        values.add(token.text);
        const next = this.peek();
        if (next.kind === ')') break;
        if (next.kind !== ',') throw new SelectorSyntaxError(`found '${next.text}', expected: ',' or ')'`);
      } else if (token.kind === ',') {
        if (values.size === 0) values.add('');
        const next = this.peek().kind;
        if (next === ',' || next === ')') values.add('');
        if (next === ')') break;
      } else {
        throw new SelectorSyntaxError(`found '${token.text}', expected: ',', or identifier`);
      }
    }
    this.take();
    return values;
  }
}

function checked(requirement: LabelRequirement): LabelRequirement {
  const problems: string[] = [];
  const ordered = requirement.operator === 'Gt' || requirement.operator === 'Lt';
  requirement.values.forEach((value, index) => {
    if (ordered && integer(value) === undefined) {
      const detail = "for 'Gt', 'Lt' operators, the value must be an integer";
      problems.push(`values[${index}]: Invalid value: ${JSON.stringify(value)}: ${detail}`);
    }
  });
  requirement.values.forEach((value, index) => {
    const messages = validateLabelValue(value);
    if (messages.length > 0) {
      const at = `values[${index}][${requirement.key}]`;
      problems.push(`${at}: Invalid value: ${JSON.stringify(value)}: ${messages.join('; ')}`);
    }
  });
  if (problems.length === 0) return requirement;
  throw new SelectorSyntaxError(problems.length === 1 ? problems[0]! : `[${problems.join(', ')}]`);
}

/** A decimal integer within int64, as Go's ParseInt reads it. */
function integer(text: string): bigint | undefined {
  if (!/^[+-]?\d+$/.test(text)) return undefined;
  const value = BigInt(text.startsWith('+') ? text.slice(1) : text);
  return BigInt.asIntN(64, value) === value ? value : undefined;
}

/**
 * The requirements of a labelSelector parameter, sorted by key; none for the empty text, which matches everything.
 * Throws StatusError.badRequest in upstream's words.
 */
export function parseLabelSelector(text: string): LabelRequirement[] {
  try {
    const requirements = new LabelSelectorParser(text).parse();
    return requirements.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
  } catch (error) {
    if (error instanceof SelectorSyntaxError) throw StatusError.badRequest(error.message);
    throw error;
  }
}

function matchesRequirement(requirement: LabelRequirement, labels: Readonly<Record<string, string>>): boolean {
  const value = own(labels, requirement.key);
  switch (requirement.operator) {
    case 'Exists':
      return value !== undefined;
    case 'DoesNotExist':
      return value === undefined;
    case 'In':
      return value !== undefined && requirement.values.includes(value);
    case 'NotIn':
      return value === undefined || !requirement.values.includes(value);
    case 'Gt':
    case 'Lt': {
      const actual = value === undefined ? undefined : integer(value);
      const bound = requirement.values.length === 1 ? integer(requirement.values[0]!) : undefined;
      if (actual === undefined || bound === undefined) return false;
      return requirement.operator === 'Gt' ? actual > bound : actual < bound;
    }
  }
}

/** Whether all requirements hold; no requirement matches everything. */
export function matchesLabels(
  requirements: readonly LabelRequirement[],
  labels: Readonly<Record<string, string>> | undefined,
): boolean {
  return requirements.every((requirement) => matchesRequirement(requirement, labels ?? {}));
}

/** The text form (`a=b,c in (d,e),!f`), which parseLabelSelector reads back. */
export function formatLabelSelector(requirements: readonly LabelRequirement[]): string {
  return requirements.map(formatRequirement).join(',');
}

function formatRequirement({ key, operator, values }: LabelRequirement): string {
  switch (operator) {
    case 'Exists':
      return key;
    case 'DoesNotExist':
      return `!${key}`;
    case 'In':
      return values.length === 1 ? `${key}=${values[0]}` : `${key} in (${[...values].sort().join(',')})`;
    case 'NotIn':
      return values.length === 1 ? `${key}!=${values[0]}` : `${key} notin (${[...values].sort().join(',')})`;
    case 'Gt':
      return `${key}>${values[0]}`;
    case 'Lt':
      return `${key}<${values[0]}`;
  }
}

function expressionRequirement({ key, operator, values = [] }: LabelExpression): LabelRequirement {
  if (operator === 'In' || operator === 'NotIn' || operator === 'Exists' || operator === 'DoesNotExist') {
    return { key, operator, values };
  }
  throw StatusError.badRequest(`${JSON.stringify(operator)} is not a valid label selector operator`);
}

/** A LabelSelector as requirements, sorted by key. An unknown operator throws StatusError.badRequest. */
export function labelSelectorRequirements(selector: LabelSelector): LabelRequirement[] {
  const labels = Object.entries(selector.matchLabels ?? {}).map(
    ([key, value]): LabelRequirement => ({ key, operator: 'In', values: [value] }),
  );
  const requirements = [...labels, ...(selector.matchExpressions ?? []).map(expressionRequirement)];
  return requirements.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
}

/** Whether an object's LabelSelector selects these labels: none at all selects nothing, an empty one everything. */
export function selectorMatches(
  selector: LabelSelector | null | undefined,
  labels: Readonly<Record<string, string>> = {},
): boolean {
  if (selector == null) return false;
  const { matchLabels, matchExpressions } = selector;
  for (const key in matchLabels) if (own(labels, key) !== matchLabels[key]) return false;
  return (matchExpressions ?? []).every((each) => matchesRequirement(expressionRequirement(each), labels));
}

/** Whether a map selector (Service.spec.selector) selects these labels: none, or an empty one, selects nothing. */
export function mapSelectorMatches(
  selector: Readonly<Record<string, string>> | null | undefined,
  labels: Readonly<Record<string, string>> | undefined,
): boolean {
  const entries = Object.entries(selector ?? {});
  return entries.length > 0 && entries.every(([key, value]) => own(labels, key) === value);
}

/** Comma-separated terms; an escaped comma belongs to its term, and empty terms are passed over. */
function splitTerms(text: string): string[] {
  return text.match(/(?:\\.|[^,\\]|\\$)+/gs) ?? [];
}

function unescapeValue(text: string): string {
  return text.replaceAll(/\\(.?)|[,=]/gs, (sequence, escaped: string | undefined) => {
    if (sequence === ',' || sequence === '=') {
      // Upstream prints the rune's number.
      const rune = sequence.codePointAt(0);
      throw StatusError.badRequest(`invalid field selector: unescaped character in value: ${rune}`);
    }
    if (escaped === '\\' || escaped === ',' || escaped === '=') return escaped;
    throw StatusError.badRequest(`invalid field selector: invalid escape sequence: ${sequence}`);
  });
}

/** The requirements of a fieldSelector parameter. Throws StatusError.badRequest in upstream's words. */
export function parseFieldSelector(text: string): FieldRequirement[] {
  return splitTerms(text)
    .sort()
    .map((term) => {
      const match = /^(.*?)(!=|==|=)(.*)$/s.exec(term);
      if (match === null) throw StatusError.badRequest(`invalid selector: '${text}'; can't understand '${term}'`);
      return { path: match[1]!, operator: match[2] === '!=' ? '!=' : '=', value: unescapeValue(match[3]!) };
    });
}

/** `fields` holds the object's selectable fields; one that is absent counts as ''. */
export function matchesFields(
  requirements: readonly FieldRequirement[],
  fields: Readonly<Record<string, string>>,
): boolean {
  return requirements.every(
    ({ path, operator, value }) => ((own(fields, path) ?? '') === value) === (operator === '='),
  );
}
