/**
 * Remote commands over WebSocket: each message begins with the byte of its channel (`v5.channel.k8s.io` and before), or
 * with its digit, and the rest in base64 (`base64.channel.k8s.io`, for browsers of old).
 */
import type { CommandRequest, MessageSocket } from '../../src/tunnel/contract.ts';
import { type CommandInput, type CommandStreams, parseSize, statusText } from './command-streams.ts';

const STDIN = 0;
const ERROR = 3;
const RESIZE = 4;
/** Of v5: half-closes the channel that it names. */
const CLOSE = 255;

export function commandChannels(
  socket: MessageSocket,
  request: Pick<CommandRequest, 'protocol' | 'stdin' | 'stdout' | 'stderr' | 'tty'>,
  input: CommandInput,
): CommandStreams {
  const { protocol } = request;
  const { encode, decode } = protocol.includes('base64') ? BASE64 : BINARY;
  const send = (channel: number, data: Uint8Array) => socket.send(encode(channel, data));

  socket.onMessage((message) => {
    const { channel, data } = decode(message);
    if (channel === STDIN && request.stdin) {
      const room = data.length === 0 ? undefined : input.stdin(data);
      if (room === undefined) return;
      socket.pause?.();
      void room.then(() => socket.resume?.());
    } else if (channel === CLOSE && data[0] === STDIN) {
      if (protocol.startsWith('v5.')) input.endStdin();
    } else if (channel === RESIZE && request.tty) {
      const size = parseSize(Buffer.from(data).toString());
      if (size !== undefined) input.resize(size.width, size.height);
    }
  });
  // As upstream: an empty message tells that the command has its streams, however long it keeps silent.
  void send(request.stdout ? 1 : request.stderr && !request.tty ? 2 : ERROR, new Uint8Array());
  return {
    output: send,
    async finish(status) {
      const text = statusText(status, protocol);
      if (text !== '') await send(ERROR, Buffer.from(text));
    },
  };
}

interface Coding {
  encode(channel: number, data: Uint8Array): string | Uint8Array;
  decode(message: string | Uint8Array): { channel: number; data: Uint8Array };
}

export const BINARY: Coding = {
  encode(channel, data) {
    const message = Buffer.allocUnsafe(data.length + 1);
    message[0] = channel;
    message.set(data, 1);
    return message;
  },
  decode(message) {
    const bytes = typeof message === 'string' ? Buffer.from(message) : message;
    return { channel: bytes[0] ?? -1, data: bytes.subarray(1) };
  },
};

export const BASE64: Coding = {
  encode: (channel, data) => String(channel) + Buffer.from(data).toString('base64'),
  decode(message) {
    const text = typeof message === 'string' ? message : Buffer.from(message).toString('latin1');
    return { channel: text === '' ? -1 : text.charCodeAt(0) - 48, data: Buffer.from(text.slice(1), 'base64') };
  },
};
