/**
 * The part of fetch that the client needs. The global fetch fits; so does a smaller one over a host's own HTTP stack
 * (the agent's saves the memory of a second one and pins a CA).
 */

export interface TransportRequest {
  method: string;
  headers: Record<string, string>;
  body?: string;
  signal?: AbortSignal;
}

export interface TransportResponse {
  readonly status: number;
  readonly headers: { get(name: string): string | null };
  readonly body: ReadableStream<Uint8Array> | null;
  text(): Promise<string>;
}

export type Transport = (url: string, request: TransportRequest) => Promise<TransportResponse>;
