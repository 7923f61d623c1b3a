/** The Engine API's frames of output: 8 bytes of header (the stream, the length big-endian), then the bytes. */

export type Deliver = (stream: 1 | 2, data: Uint8Array) => void;

const HEADER = 8;

/** Takes the frames apart as they come, without waiting for whole ones. */
export function deframe(deliver: Deliver): (chunk: Buffer) => void {
  const header = Buffer.alloc(HEADER);
  let had = 0;
  let left = 0;
  return (chunk) => {
    for (let at = 0; at < chunk.length; ) {
      if (left > 0) {
        const to = Math.min(chunk.length, at + left);
        deliver(header[0] === 2 ? 2 : 1, chunk.subarray(at, to));
        left -= to - at;
        at = to;
        continue;
      }
      const taken = Math.min(HEADER - had, chunk.length - at);
      chunk.copy(header, had, at, at + taken);
      had += taken;
      at += taken;
      if (had < HEADER) return;
      had = 0;
      left = header.readUInt32BE(4);
    }
  };
}
