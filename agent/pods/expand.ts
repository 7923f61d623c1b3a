/** $(VAR) in commands, arguments and values. `$$` is a literal `$`; a reference to nothing stays as it is written. */
export function expand(text: string, lookup: (name: string) => string | undefined): string {
  return text.replaceAll(/\$(\$|\(([^)]*)\))/g, (whole, kind: string, name: string | undefined) => {
    if (kind === '$') return '$';
    return lookup(name ?? '') ?? whole;
  });
}
