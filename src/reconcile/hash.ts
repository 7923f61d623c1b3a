/** FNV-1a of the text's UTF-8 bytes, 32 bits, as an unsigned integer. Another `basis` gives an independent hash. */
export function fnv1a(text: string, basis = 0x811c9dc5): number {
  let hash = basis;
  for (const byte of new TextEncoder().encode(text)) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  return hash >>> 0;
}
