/** Streams to agents that only dial out. See protocol.ts for what is said on the wire. */

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
