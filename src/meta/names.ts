/**
 * Rules for names, labels, ports and identifiers. Each `validate*` returns upstream's messages, none when all is well
 * (k8s.io/apimachinery/pkg/util/validation and pkg/api/validate/content).
 */

const DNS1123_LABEL = '[a-z0-9]([-a-z0-9]*[a-z0-9])?';
const DNS1123_SUBDOMAIN = `${DNS1123_LABEL}(\\.${DNS1123_LABEL})*`;
const WILDCARD_SUBDOMAIN = `\\*\\.${DNS1123_SUBDOMAIN}`;
const DNS1035_LABEL = '[a-z]([-a-z0-9]*[a-z0-9])?';
const LABEL_KEY = '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]';
const LABEL_VALUE = `(${LABEL_KEY})?`;
const CONFIG_MAP_KEY = '[-._a-zA-Z0-9]+';
const HTTP_HEADER_NAME = '[-A-Za-z0-9]+';
const PERCENT = '[0-9]+%';

/** The bytes of the text in UTF-8, which is what upstream counts. */
export function byteLength(text: string): number {
  let bytes = text.length;
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at);
    if (unit < 0x80) continue;
    // A surrogate pair is two units and four bytes.
    bytes += unit < 0x800 || (unit >= 0xd800 && unit <= 0xdfff) ? 1 : 2;
  }
  return bytes;
}

const dns1123Label = new RegExp(`^(?:${DNS1123_LABEL})$`);
const dns1123Subdomain = new RegExp(`^(?:${DNS1123_SUBDOMAIN})$`);
const wildcardSubdomain = new RegExp(`^(?:${WILDCARD_SUBDOMAIN})$`);
const dns1035Label = new RegExp(`^(?:${DNS1035_LABEL})$`);
const labelKey = new RegExp(`^(?:${LABEL_KEY})$`);
const labelValue = new RegExp(`^(?:${LABEL_VALUE})$`);
const configMapKey = new RegExp(`^(?:${CONFIG_MAP_KEY})$`);
const httpHeaderName = new RegExp(`^(?:${HTTP_HEADER_NAME})$`);
const percent = new RegExp(`^(?:${PERCENT})$`);

function tooLong(max: number, unit: 'bytes' | 'characters'): string {
  return `must be no more than ${max} ${unit}`;
}

function wrongFormat(message: string, pattern: string, ...examples: string[]): string {
  // Two spaces before "or", as upstream has them: clients and tests compare whole messages.
  const shown = examples.map((example) => `'${example}'`).join(',  or ');
  const start = shown === '' ? '' : `e.g. ${shown}, `;
  return `${message} (${start}regex used for validation is '${pattern}')`;
}

function check(value: string, max: number, unit: 'bytes' | 'characters', pattern: RegExp, format: () => string) {
  const problems: string[] = [];
  if (byteLength(value) > max) problems.push(tooLong(max, unit));
  if (!pattern.test(value)) problems.push(format());
  return problems;
}

export function validateDns1123Label(value: string): string[] {
  return check(value, 63, 'characters', dns1123Label, () =>
    dns1123Subdomain.test(value)
      ? 'must not contain dots'
      : wrongFormat(
          "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character",
          DNS1123_LABEL,
          'my-name',
          '123-abc',
        ),
  );
}

export function validateDns1123Subdomain(value: string): string[] {
  return subdomain(value, 'characters');
}

function subdomain(value: string, unit: 'bytes' | 'characters'): string[] {
  return check(value, 253, unit, dns1123Subdomain, () =>
    wrongFormat(
      "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character",
      DNS1123_SUBDOMAIN,
      'example.com',
    ),
  );
}

/** `*.example.com`: a star takes the place of the first label. */
export function validateWildcardSubdomain(value: string): string[] {
  return check(value, 253, 'characters', wildcardSubdomain, () =>
    wrongFormat(
      "a wildcard DNS-1123 subdomain must start with '*.', followed by a valid DNS subdomain, which must consist of lower case alphanumeric characters, '-' or '.' and end with an alphanumeric character",
      WILDCARD_SUBDOMAIN,
      '*.example.com',
    ),
  );
}

export function validateDns1035Label(value: string): string[] {
  return check(value, 63, 'characters', dns1035Label, () =>
    wrongFormat(
      "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character",
      DNS1035_LABEL,
      'my-name',
      'abc-123',
    ),
  );
}

/** A qualified name: label and annotation keys, finalizers, taint keys. */
export function validateLabelKey(value: string): string[] {
  const format = () =>
    wrongFormat(
      "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character",
      LABEL_KEY,
      'MyName',
      'my.name',
      '123-abc',
    );
  const parts = value.split('/');
  if (parts.length > 2) {
    return [`a valid label key ${format()} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`];
  }
  const problems: string[] = [];
  if (parts.length === 2) {
    const prefix = parts[0]!;
    if (prefix === '') problems.push('prefix part must be non-empty');
    else problems.push(...subdomain(prefix, 'bytes').map((message) => `prefix part ${message}`));
  }
  const name = parts.at(-1)!;
  if (name === '') problems.push('name part must be non-empty');
  else if (byteLength(name) > 63) problems.push(`name part ${tooLong(63, 'bytes')}`);
  if (!labelKey.test(name)) problems.push(`name part ${format()}`);
  return problems;
}

export function validateLabelValue(value: string): string[] {
  return check(value, 63, 'bytes', labelValue, () =>
    wrongFormat(
      "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character",
      LABEL_VALUE,
      'MyValue',
      'my_value',
      '12345',
    ),
  );
}

function parentDirectory(value: string): string[] {
  if (value === '.' || value === '..') return [`must not be '${value}'`];
  return value.startsWith('..') ? ["must not start with '..'"] : [];
}

/** Environment variable names as v1.35 allows them: printable ASCII without '='. */
export function validateRelaxedEnvVarName(value: string): string[] {
  if (value === '') return ['environment variable name must be non-empty'];
  if (/^[\x20-\x3c\x3e-\x7e]*$/.test(value)) return [];
  return ["a valid environment variable name must consist only of printable ASCII characters other than '='"];
}

/** Keys of ConfigMaps and Secrets. */
export function validateConfigMapKey(value: string): string[] {
  const problems = check(value, 253, 'characters', configMapKey, () =>
    wrongFormat(
      "a valid config key must consist of alphanumeric characters, '-', '_' or '.'",
      CONFIG_MAP_KEY,
      'key.name',
      'KEY_NAME',
      'key-name',
    ),
  );
  return [...problems, ...parentDirectory(value)];
}

export function validateHttpHeaderName(value: string): string[] {
  if (httpHeaderName.test(value)) return [];
  return [
    wrongFormat(
      "a valid HTTP header must consist of alphanumeric characters or '-'",
      HTTP_HEADER_NAME,
      'X-Header-Name',
    ),
  ];
}

export function validatePercent(value: string): string[] {
  if (percent.test(value)) return [];
  return [
    wrongFormat("a valid percent string must be a numeric string followed by an ending '%'", PERCENT, '1%', '93%'),
  ];
}

export function validatePortNumber(port: number): string[] {
  return validateInRange(port, 1, 65535);
}

export function validateInRange(value: number, min: number, max: number): string[] {
  return value >= min && value <= max ? [] : [`must be between ${min} and ${max}, inclusive`];
}

/** IANA service names: container port names, and string targets of probes and services. */
export function validatePortName(port: string): string[] {
  const problems: string[] = [];
  if (byteLength(port) > 15) problems.push(tooLong(15, 'characters'));
  if (!/^[-a-z0-9]+$/.test(port)) {
    problems.push('must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)');
  }
  if (!/[a-z]/.test(port)) problems.push('must contain at least one letter (a-z)');
  if (port.includes('--')) problems.push('must not contain consecutive hyphens');
  if (port.startsWith('-') || port.endsWith('-')) problems.push('must not begin or end with a hyphen');
  return problems;
}

/** A prefix of generated names may end in a dash: what follows it makes it valid. */
function maskTrailingDash(name: string, isPrefix: boolean): string {
  return isPrefix && name.length > 1 && name.endsWith('-') ? `${name.slice(0, -2)}a` : name;
}

/** metadata.name of most kinds. */
export function nameIsDnsSubdomain(name: string, isPrefix: boolean): string[] {
  return validateDns1123Subdomain(maskTrailingDash(name, isPrefix));
}

/** metadata.name of Namespaces and others that become a DNS label. */
export function nameIsDnsLabel(name: string, isPrefix: boolean): string[] {
  return validateDns1123Label(maskTrailingDash(name, isPrefix));
}

/** metadata.name of Services. */
export function nameIsDns1035Label(name: string, isPrefix: boolean): string[] {
  return validateDns1035Label(maskTrailingDash(name, isPrefix));
}

/** Bytes of a name, three times as many when they are escaped in a path. */
const MAX_PATH_SEGMENT = 1024;

/** metadata.name of RBAC kinds: whatever fits into one URL path segment. */
export function nameIsPathSegment(name: string, isPrefix: boolean): string[] {
  if (!isPrefix && (name === '.' || name === '..')) return [`may not be '${name}'`];
  const problems = ['/', '%'].filter((each) => name.includes(each)).map((each) => `may not contain '${each}'`);
  // Upstream would take them; no key of the database holds them.
  if (name.includes('\0')) problems.push('may not contain a NUL character');
  if (!name.isWellFormed()) problems.push('may not contain half of a surrogate pair');
  // Nor these; nobody could ask for it, since a request's head ends at 16 KiB.
  if (byteLength(name) > MAX_PATH_SEGMENT) problems.push(tooLong(MAX_PATH_SEGMENT, 'bytes'));
  return problems;
}

// Upstream's alphabet: no vowels and no look-alikes, so that no words come out.
const SUFFIX_ALPHABET = 'bcdfghjklmnpqrstvwxz2456789';
const SUFFIX_LENGTH = 5;
const MAX_GENERATED_NAME = 63;

/** `length` random characters of upstream's safe alphabet. */
export function randomSuffix(length = SUFFIX_LENGTH): string {
  // 243 = 9 * 27: bytes from there on would make the first characters more likely.
  const limit = 256 - (256 % SUFFIX_ALPHABET.length);
  let suffix = '';
  while (suffix.length < length) {
    for (const byte of crypto.getRandomValues(new Uint8Array(2 * length))) {
      if (byte < limit && suffix.length < length) suffix += SUFFIX_ALPHABET[byte % SUFFIX_ALPHABET.length];
    }
  }
  return suffix;
}

/** A name for metadata.generateName: `base`, cut so that all fits into 63 characters, and five random characters. */
export function generateName(base: string): string {
  return base.slice(0, MAX_GENERATED_NAME - SUFFIX_LENGTH) + randomSuffix();
}
