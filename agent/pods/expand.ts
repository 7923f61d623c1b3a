/**
 * Characters that references may make a text grow to. The system takes no argument or variable of more than 128 KiB, and
 * variables made of variables would double with each.
 */
const MAX_EXPANDED = 1024 * 1024;

/**
 * $(VAR) in commands, arguments and values. `$$` is a literal `$`; a reference to nothing stays as it is written, and so
 * do those that would make the text too long.
 */
export function expand(text: string, lookup: (name: string) => string | undefined): string {
  let expanded = '';
  let done = 0;
  for (let at = text.indexOf('$'); at >= 0; at = text.indexOf('$', at)) {
    const next = text[at + 1];
    if (next === '$') {
      expanded += text.slice(done, at + 1);
      at += 2;
      done = at;
    } else if (next === '(') {
      const end = text.indexOf(')', at);
      // No reference ends any more.
      if (end < 0) break;
      const value = lookup(text.slice(at + 2, end));
      if (value !== undefined && expanded.length + value.length <= MAX_EXPANDED) {
        expanded += text.slice(done, at) + value;
        done = end + 1;
      }
      at = end + 1;
    } else at += 1;
  }
  return expanded + text.slice(done);
}

/** As expand, for where a reference to nothing is a mistake: throws an Error that names the variable, as the kubelet. */
export function expandStrictly(text: string, lookup: (name: string) => string | undefined): string {
  return expand(text, (name) => {
    const value = lookup(name);
    if (value === undefined) throw new Error(`missing value for ${JSON.stringify(name)}`);
    return value;
  });
}
