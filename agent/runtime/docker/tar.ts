/** A tar archive (ustar) of one small file: all that an image of one program needs. */
export function tarFile(name: string, mode: number, content: Uint8Array): Uint8Array {
  const padded = Math.ceil(content.length / 512) * 512;
  const archive = new Uint8Array(512 + padded + 1024);
  const text = new TextEncoder();
  const put = (offset: number, value: string) => archive.set(text.encode(value), offset);
  const octal = (value: number, width: number) => `${value.toString(8).padStart(width - 1, '0')}\0`;
  put(0, name);
  put(100, octal(mode, 8));
  put(108, octal(0, 8));
  put(116, octal(0, 8));
  put(124, octal(content.length, 12));
  put(136, octal(0, 12));
  put(156, '0');
  put(257, 'ustar\x0000');
  // The checksum counts its own field as spaces.
  put(148, '        ');
  const sum = archive.subarray(0, 512).reduce((total, byte) => total + byte, 0);
  put(148, `${sum.toString(8).padStart(6, '0')}\0 `);
  archive.set(content, 512);
  return archive;
}
