/** $(VAR) in commands, arguments and values. `$$` is a literal `$`; a reference to nothing stays as it is written. */
export function expand(text: string, lookup: (name: string) => string | undefined): string {
  return text.replaceAll(/\$(\$|\(([^)]*)\))/g, (whole, kind: string, name: string | undefined) => {
    if (kind === '$') return '$';
    return lookup(name ?? '') ?? whole;
  });
}

/** As expand, for where a reference to nothing is a mistake: throws an Error that names the variable, as the kubelet. */
export function expandStrictly(text: string, lookup: (name: string) => string | undefined): string {
  return expand(text, (name) => {
    const value = lookup(name);
    if (value === undefined) throw new Error(`missing value for ${JSON.stringify(name)}`);
    return value;
  });
}
