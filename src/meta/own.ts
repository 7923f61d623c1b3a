/**
 * Look-ups under names that clients choose. `constructor`, `toString` and `__proto__` are names like any other, but a
 * plain index finds what objects inherit under them, and a plain assignment to `__proto__` is lost.
 * test/unit/meta/own-names.test.ts refuses code that indexes clients' maps without these.
 */

/** The value that the table or map itself holds under `key`. */
export function own<T>(table: Readonly<Record<string, T>> | null | undefined, key: string): T | undefined {
  return table != null && Object.hasOwn(table, key) ? table[key] : undefined;
}

/** Sets a property of any name, also `__proto__`, whose setter a plain assignment would call. */
export function setOwn<T>(object: Record<string, T>, key: string, value: NoInfer<T>): void {
  if (key !== '__proto__') object[key] = value;
  else Object.defineProperty(object, key, { value, writable: true, enumerable: true, configurable: true });
}
