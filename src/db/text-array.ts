/** The text form of PostgreSQL's text[]: `{a,"b c",NULL}`. */

export function renderTextArray(values: readonly string[]): string {
  return `{${values.map((value) => `"${value.replace(/["\\]/g, '\\$&')}"`).join(',')}}`;
}

/** One dimension; NULL elements are dropped (Kedge stores none). */
export function parseTextArray(text: string): string[] {
  const values: string[] = [];
  const element = /"((?:[^"\\]|\\.)*)"|([^,{}"]+)/gs;
  for (const [, quoted, bare] of text.matchAll(element)) {
    if (quoted !== undefined) values.push(quoted.replace(/\\(.)/gs, '$1'));
    else if (bare !== undefined && bare !== 'NULL') values.push(bare);
  }
  return values;
}
