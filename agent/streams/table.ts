/** The kinds of streams, one file a kind, loaded when the first is asked for: an agent that serves none stays small. */
import { own } from '../../src/meta/own.ts';
import type { StreamRequest } from '../../src/tunnel/contract.ts';
import type { ServeStream } from './contract.ts';

type Kind = StreamRequest['kind'];
type Of<K extends Kind> = Extract<StreamRequest, { kind: K }>;

const KINDS = {
  logs: async () => (await import('./logs.ts')).serveLogs,
  exec: async () => (await import('./command.ts')).serveCommand,
  attach: async () => (await import('./command.ts')).serveCommand,
  portforward: async () => (await import('./port-forward.ts')).servePortForward,
  http: async () => (await import('./http.ts')).serveHttp,
  websocket: async () => (await import('./web-socket.ts')).serveWebSocket,
} satisfies { readonly [K in Kind]: () => Promise<ServeStream<Of<K>>> };

export const serveStream: ServeStream = async (context, request, stream) => {
  const serve = (await own<() => Promise<unknown>>(KINDS, request.kind)!()) as ServeStream;
  await serve(context, request, stream);
};
