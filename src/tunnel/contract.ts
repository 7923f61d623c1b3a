/**
 * Streams: those to agents that only dial out (protocol.ts: what is said on the wire), and the sockets of clients. Both are
 * sockets of messages, so that what a client and an agent say to each other can be handed on as it is (splice.ts).
 */

/** What an agent is asked to serve on a stream. */
export interface LogRequest {
  kind: 'logs';
  namespace: string;
  pod: string;
  uid: string;
  container: string;
  follow: boolean;
  previous: boolean;
  timestamps: boolean;
  tailLines?: number;
  limitBytes?: number;
  sinceSeconds?: number;
  /** RFC 3339 */
  sinceTime?: string;
}

/** How messages of a client carry its streams: each by a channel's byte, or as the bytes of a SPDY/3.1 connection. */
export type Carrier = 'channels' | 'spdy';

/** A container's process: a new one, or (attach) its first. The messages are those of the client's own protocol. */
export interface CommandRequest {
  kind: 'exec' | 'attach';
  namespace: string;
  pod: string;
  uid: string;
  container: string;
  /** Empty for attach. */
  command: string[];
  stdin: boolean;
  stdout: boolean;
  stderr: boolean;
  tty: boolean;
  carrier: Carrier;
  /** Of remote commands, '' for the oldest: `v5.channel.k8s.io`. */
  protocol: string;
}

export interface PortForwardRequest {
  kind: 'portforward';
  namespace: string;
  pod: string;
  uid: string;
  carrier: Carrier;
  protocol: string;
  /** Of channels, a pair for each; SPDY names them as it goes. */
  ports: number[];
}

/** Where an agent's request goes: a port of one of its pods, or the agent itself. Never anywhere else. */
export interface HttpTarget {
  /** Absent: the agent itself. */
  pod?: { namespace: string; name: string; uid: string };
  /** 0 for the agent itself. */
  port: number;
  scheme: 'http' | 'https';
  /** PEM; absent: whatever certificate there is is taken, as upstream's proxy does. */
  ca?: string;
  /** Whose certificate it must be; absent: the pod's address. */
  serverName?: string;
}

export interface HttpRequest {
  kind: 'http';
  target: HttpTarget;
  method: string;
  /** With the query. */
  path: string;
  headers: [name: string, value: string][];
  /** Binary messages follow, up to the end of the body. */
  hasBody: boolean;
}

/** A WebSocket to a pod: its messages are handed on as they are. */
export interface WebSocketRequest {
  kind: 'websocket';
  target: HttpTarget;
  path: string;
  headers: [name: string, value: string][];
  protocols: string[];
}

export type StreamRequest = LogRequest | CommandRequest | PortForwardRequest | HttpRequest | WebSocketRequest;

/** A socket of text and binary messages, both ways. */
export interface MessageSocket {
  /**
   * Sends one message: a string or `text` as a text frame, other bytes as a binary one. undefined when there is room for
   * the next, else a promise of it, which a peer that reads nothing may keep for ever. Does nothing on a closed socket.
   */
  send(data: string | Uint8Array, text?: boolean): Promise<void> | undefined;
  /** 1000 for an end that was due, 1008 for a peer that broke a rule, 1011 for a fault of ours. Idempotent. */
  close(code?: number, reason?: string): void;
  /** Called for each message, in order: text as string. Messages that came before the first listener are kept for it. */
  onMessage(listener: (data: string | Uint8Array) => void): void;
  /** Called once, with the peer's code (1006: it sent none); at once when the socket is closed already. Errors close. */
  onClose(listener: (code: number, reason: string) => void): void;
  /** Stop and go on reading, where the host's sockets can (Node's); elsewhere what is sent too fast is cut. */
  pause?(): void;
  resume?(): void;
}

/** The agents' streams as the API sees them. */
export interface TunnelRelay {
  /**
   * Asks the node's agent to dial back; what it sends after its head, and takes, is the stream's. A message's end is not
   * the stream's: half-close is said in the stream's own protocol. Throws StatusError: 503 when the node's agent is not
   * connected or does not answer in time, 429 when it has too many streams, or the error the agent answered with.
   */
  connect(tenant: string, node: string, request: StreamRequest, signal: AbortSignal): Promise<AgentStream>;
  /** The bytes of a stream that is only read. */
  open(tenant: string, node: string, request: LogRequest, signal: AbortSignal): Promise<ReadableStream<Uint8Array>>;
  /**
   * Has the node's agent make the request of one of its own pods, or of itself; both bodies are streamed. `request.url`
   * gives path and query only. Throws as connect, and 502 or 503 where the pod does not answer.
   */
  fetch(tenant: string, node: string, target: HttpTarget, request: Request, signal: AbortSignal): Promise<Response>;
}

export interface AgentStream {
  socket: MessageSocket;
  /** What the agent told with its head: a WebSocket's subprotocol. */
  protocol?: string;
}

/** The server's end of the agents' links. */
export interface AgentLinks {
  /** Takes a node's authenticated control socket; an older one of the same node is closed. */
  attachControl(tenant: string, node: string, socket: MessageSocket): void;
  /** Takes an authenticated dial-back. One that nobody waits for, or that another node was asked for, is closed. */
  attachStream(tenant: string, node: string, stream: string, socket: MessageSocket): void;
}

/** A client's WebSocket, once its request was accepted. What a host gives for watches, logs, and streams both ways. */
export type ClientSocket = MessageSocket;

/** What a host gives with a request that asks to become a WebSocket. Who does not accept answers as to any other. */
export interface UpgradeOffer {
  /** The subprotocols that the client offers, most wanted first. */
  readonly protocols: readonly string[];
  /**
   * Answers 101, with the chosen one of `protocols` (some clients hang up when they offered some and get none). The
   * Response that the API then returns is not sent. Throws when the client has gone or its handshake is malformed.
   */
  accept(protocol?: string): ClientSocket;
}
