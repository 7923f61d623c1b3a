/** A raw WebSocket client of the API: messages as they come, and refusals as the HTTP answers they are. */
import { WebSocket } from 'ws';

export interface Message {
  /** As it came; of a binary message as well. */
  text: string;
  isBinary: boolean;
}

export interface OpenSocket {
  /** What the server chose; '' for none. */
  protocol: string;
  /** Headers of the answer, as text. */
  head: string;
  /** The next message; undefined when the socket has closed. */
  next(): Promise<Message | undefined>;
  /** The code that the socket closed with. */
  closed: Promise<number>;
  socket: WebSocket;
}

export interface Refusal {
  status: number;
  // biome-ignore lint/suspicious/noExplicitAny: tests read what they assert
  body: any;
}

export interface SocketOptions {
  token?: string;
  protocols?: string[];
  headers?: Record<string, string>;
  ca?: string;
}

/** `url`: http or https. Rejects when nothing answers. */
export function openSocket(url: string, options: SocketOptions = {}): Promise<OpenSocket | Refusal> {
  const { token, protocols = [], headers = {}, ca } = options;
  const socket = new WebSocket(url.replace(/^http/, 'ws'), protocols, {
    perMessageDeflate: false,
    headers: { ...(token === undefined ? {} : { authorization: `Bearer ${token}` }), ...headers },
    ...(ca === undefined ? {} : { ca }),
  });
  const waiting: Message[] = [];
  let wake = () => {};
  const closed = new Promise<number>((resolve) => socket.once('close', resolve));
  void closed.then(() => wake());
  let isClosed = false;
  socket.once('close', () => {
    isClosed = true;
  });
  socket.on('message', (data, isBinary) => {
    waiting.push({ text: String(data), isBinary });
    wake();
  });
  let head = '';
  socket.once('upgrade', (response) => {
    head = response.rawHeaders.join('\n');
  });
  return new Promise((resolve, reject) => {
    socket.once('unexpected-response', async (_request, response) => {
      // A stream that never ends is read no further than its first bytes.
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
      });
      await new Promise((done) => {
        response.once('close', done);
        setTimeout(done, 1000);
      });
      socket.on('error', () => {});
      response.destroy();
      const isJson = response.headers['content-type']?.includes('json') === true && text !== '';
      resolve({ status: response.statusCode ?? 0, body: isJson ? JSON.parse(text) : text });
    });
    socket.once('error', reject);
    socket.once('open', () => {
      socket.off('error', reject);
      socket.on('error', () => {});
      resolve({
        protocol: socket.protocol,
        head,
        closed,
        socket,
        async next() {
          while (waiting.length === 0 && !isClosed) {
            await new Promise<void>((done) => {
              wake = done;
            });
          }
          return waiting.shift();
        },
      });
    });
  });
}

/** Throws what the answer was, if it was a refusal. */
export async function expectSocket(url: string, options: SocketOptions = {}): Promise<OpenSocket> {
  const opened = await openSocket(url, options);
  if ('status' in opened) throw new Error(`${url}: ${opened.status} ${JSON.stringify(opened.body)}`);
  return opened;
}

/** The subprotocol by which browsers send a bearer token. */
export function tokenProtocol(token: string): string {
  return `base64url.bearer.authorization.k8s.io.${Buffer.from(token).toString('base64url')}`;
}
