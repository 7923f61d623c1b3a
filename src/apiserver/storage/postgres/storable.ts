/**
 * Text that PostgreSQL takes: neither its text nor its jsonb holds NUL or half a surrogate pair, which become U+FFFD. For
 * what is indexed or looked up alone: bodies are JSON text, where both are escape sequences and come back as they were.
 */
export function storable(text: string): string {
  return text.replaceAll('\0', '\uFFFD').toWellFormed();
}

/** Whether an object of that key can be there at all: a look-up must not find what another name became. */
export function isStorable({ namespace, name }: { namespace: string; name: string }): boolean {
  return storable(namespace) === namespace && storable(name) === name;
}
