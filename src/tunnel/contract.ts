/** Streams: those to agents that only dial out (protocol.ts: what is said on the wire), and the sockets of clients. */

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

export type StreamRequest = LogRequest;

export interface TunnelRelay {
  /**
   * Asks the node's agent to dial back and returns its bytes. Throws StatusError: 503 when the node's agent is not
   * connected or does not answer in time, or the error the agent answered with.
   */
  open(tenant: string, node: string, request: StreamRequest, signal: AbortSignal): Promise<ReadableStream<Uint8Array>>;
}

/** A client's WebSocket, once its request was accepted. What a host gives for watches, logs, and streams both ways. */
export interface ClientSocket {
  /**
   * Sends one message: a string or `text` as a text frame, other bytes as a binary one. undefined when there is room for
   * the next, else a promise of it, which a client that reads nothing may keep for ever. Does nothing on a closed socket.
   */
  send(data: string | Uint8Array, text?: boolean): Promise<void> | undefined;
  /** 1000 for an end that was due, 1008 for a client that broke a rule, 1011 for a fault of ours. Idempotent. */
  close(code?: number, reason?: string): void;
  /** Called for each message, in order: text as string. */
  onMessage(listener: (data: string | Uint8Array) => void): void;
  /** Called once; at once when the socket is closed already. */
  onClose(listener: () => void): void;
}

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
