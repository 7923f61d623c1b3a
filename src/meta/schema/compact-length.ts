const QUOTE = 34;
const BACKSLASH = 92;
const SPACE = 32;

/** Characters of a JSON text without the white space between its tokens, of which compact JSON has none. Linear. */
export function compactLength(json: string): number {
  let length = 0;
  let inString = false;
  for (let at = 0; at < json.length; at++) {
    const code = json.charCodeAt(at);
    if (inString) {
      length++;
      if (code === BACKSLASH) {
        at++;
        length++;
      } else if (code === QUOTE) inString = false;
    } else if (code > SPACE) {
      length++;
      inString = code === QUOTE;
    }
  }
  return length;
}
