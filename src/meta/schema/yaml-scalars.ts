/** The values of YAML scalars by the rules of upstream's reader, gopkg.in/yaml.v2. */

const CONSTANTS: ReadonlyMap<string, boolean | null> = new Map<string, boolean | null>([
  ...['', '~', 'null', 'Null', 'NULL'].map((text) => [text, null] as const),
  ...['y', 'Y', 'yes', 'Yes', 'YES', 'true', 'True', 'TRUE', 'on', 'On', 'ON'].map((text) => [text, true] as const),
  ...['n', 'N', 'no', 'No', 'NO', 'false', 'False', 'FALSE', 'off', 'Off', 'OFF'].map((text) => [text, false] as const),
]);

const LONGEST_CONSTANT = 5;

const INTEGER = /^[-+]?(?:0[xX][0-9a-fA-F]+|0[bB][01]+|0[oO]?[0-7]+|0|[1-9][0-9]*)$/;
const FLOAT = /^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$/;
/** JSON has none of these; upstream fails on them, too. */
const NOT_JSON = /^(?:[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$/;

/** Characters of a number that are looked at: no double and no int64 needs more. */
const LONGEST_NUMBER = 400;

function integer(text: string): number | bigint {
  const negative = text.startsWith('-');
  const digits = /^[-+]/.test(text) ? text.slice(1) : text;
  const octal = /^0[0-7]+$/.test(digits);
  const literal = octal ? `0o${digits.slice(1)}` : digits;
  const value = Number(literal);
  if (Number.isSafeInteger(value)) return negative ? -value : value;
  const exact = negative ? -BigInt(literal) : BigInt(literal);
  return BigInt.asIntN(64, exact) === exact ? exact : Number(exact);
}

function number(text: string): number | bigint | undefined {
  const first = text.charCodeAt(0);
  // A digit, a sign or a point; most texts begin with a letter.
  if (!((first >= 0x30 && first <= 0x39) || first === 0x2b || first === 0x2d || first === 0x2e)) return undefined;
  if (text.length > LONGEST_NUMBER) return undefined;
  const plain = text.includes('_') ? text.replaceAll('_', '') : text;
  if (INTEGER.test(plain)) return integer(plain);
  if (FLOAT.test(plain)) return Number(plain);
  return undefined;
}

/** What a plain text means; a text that means nothing else is itself. NaN and the infinities stay text. */
function meaning(text: string): unknown {
  if (text.length <= LONGEST_CONSTANT) {
    const constant = CONSTANTS.get(text);
    if (constant !== undefined) return constant;
  }
  const value = number(text);
  return value === undefined || value === Infinity || value === -Infinity || NOT_JSON.test(text) ? text : value;
}

/** The value of a scalar. `tag` as written, '' for none; a text in quotes or in a block is not `plain`. */
export function resolveScalar(text: string, tag: string, plain: boolean): unknown {
  switch (tag) {
    case '':
      return plain ? meaning(text) : text;
    case '!!null':
    case '!!bool':
    case '!!int':
    case '!!float':
      return meaning(text);
    default:
      return text;
  }
}
