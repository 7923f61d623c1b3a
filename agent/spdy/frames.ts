/** Frames of SPDY/3.1, as far as streams of Kubernetes have them. */

export const SYN_STREAM = 1;
export const SYN_REPLY = 2;
export const RST_STREAM = 3;
export const PING = 6;
export const GOAWAY = 7;

export const FIN = 1;

export const PROTOCOL_ERROR = 1;
export const CANCEL = 5;

const HEADER = 8;
const VERSION = 3;
/** Bytes of a control frame. Data frames are handed on as they come, however long they are. */
const MAX_CONTROL = 64 << 10;

export interface FrameHandler {
  control(type: number, flags: number, payload: Buffer): void;
  /** A part of a data frame; `fin` with its last. */
  data(stream: number, part: Buffer, fin: boolean): void;
}

/** Returns what takes the bytes of a connection as they come. It throws for what is no SPDY/3. */
export function createFrameReader(handler: FrameHandler): (chunk: Buffer) => void {
  const header = Buffer.alloc(HEADER);
  let had = 0;
  let left = 0;
  let control: Buffer | undefined;

  function begin(): void {
    left = header.readUIntBE(5, 3);
    if ((header[0]! & 0x80) === 0) {
      if (left === 0) handler.data(header.readUInt32BE(0), EMPTY, (header[4]! & FIN) !== 0);
      return;
    }
    if ((header.readUInt16BE(0) & 0x7fff) !== VERSION) throw new Error('not a frame of SPDY/3');
    if (left > MAX_CONTROL) throw new Error('a frame is too large');
    control = Buffer.alloc(left);
    if (left === 0) endControl();
  }

  function endControl(): void {
    const payload = control ?? EMPTY;
    control = undefined;
    handler.control(header.readUInt16BE(2), header[4]!, payload);
  }

  return (chunk) => {
    for (let at = 0; at < chunk.length; ) {
      if (left === 0) {
        const taken = Math.min(HEADER - had, chunk.length - at);
        chunk.copy(header, had, at, at + taken);
        had += taken;
        at += taken;
        if (had < HEADER) return;
        had = 0;
        begin();
        continue;
      }
      const to = Math.min(chunk.length, at + left);
      const part = chunk.subarray(at, to);
      left -= part.length;
      at = to;
      if (control === undefined) handler.data(header.readUInt32BE(0), part, left === 0 && (header[4]! & FIN) !== 0);
      else {
        part.copy(control, control.length - left - part.length);
        if (left === 0) endControl();
      }
    }
  };
}

const EMPTY = Buffer.alloc(0);

export function controlFrame(type: number, flags: number, payload: Uint8Array): Buffer {
  const frame = Buffer.alloc(HEADER + payload.length);
  frame.writeUInt16BE(0x8000 | VERSION, 0);
  frame.writeUInt16BE(type, 2);
  frame[4] = flags;
  frame.writeUIntBE(payload.length, 5, 3);
  frame.set(payload, HEADER);
  return frame;
}

export function dataFrame(stream: number, flags: number, data: Uint8Array): Buffer {
  const frame = Buffer.allocUnsafe(HEADER + data.length);
  frame.writeUInt32BE(stream, 0);
  frame[4] = flags;
  frame.writeUIntBE(data.length, 5, 3);
  frame.set(data, HEADER);
  return frame;
}

export function numbers(...values: number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 4);
  for (const [index, value] of values.entries()) bytes.writeUInt32BE(value, index * 4);
  return bytes;
}
