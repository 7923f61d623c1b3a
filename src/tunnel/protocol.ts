/**
 * What is said between an agent and the relay. Both connections are WebSockets that the agent opens, with its bearer token:
 *
 *   control    GET /apis/kedge.dev/v1/nodes/<name>/tunnel           text frames, one JSON message each
 *   dial-back  GET /apis/kedge.dev/v1/nodes/<name>/tunnel/<stream>  a text frame StreamHead, then the stream's own frames;
 *                                                                   the close ends the stream
 *
 * Frames after the head, by kind of stream:
 *
 *   logs                       binary: bytes
 *   exec, attach, portforward  those of the client's own protocol, end to end
 *   http                       binary: bytes of a body; text: BodyEnd, which half-closes, and from the agent HttpHead first
 *   websocket                  those of the pod's WebSocket, end to end
 *
 * A stream is a connection of its own, so flow control is TCP's and a slow reader holds up nobody else.
 */
import { z } from 'zod';
import type { Status } from '../meta/status-error.ts';

/** Seconds between the relay's pings; a control link silent for three of them is dead (a machine that lost its NAT). */
export const PING_SECONDS = 20;

export const logRequestSchema = z.object({
  kind: z.literal('logs'),
  namespace: z.string(),
  pod: z.string(),
  uid: z.string(),
  container: z.string(),
  follow: z.boolean(),
  previous: z.boolean(),
  timestamps: z.boolean(),
  tailLines: z.int().min(0).optional(),
  limitBytes: z.int().min(1).optional(),
  sinceSeconds: z.int().optional(),
  sinceTime: z.string().optional(),
});

const podSchema = { namespace: z.string(), pod: z.string(), uid: z.string() };
const carrierSchema = { carrier: z.enum(['channels', 'spdy']), protocol: z.string() };

const commandRequestSchema = (kind: 'exec' | 'attach') =>
  z.object({
    kind: z.literal(kind),
    ...podSchema,
    container: z.string(),
    command: z.array(z.string()),
    stdin: z.boolean(),
    stdout: z.boolean(),
    stderr: z.boolean(),
    tty: z.boolean(),
    ...carrierSchema,
  });

const portForwardRequestSchema = z.object({
  kind: z.literal('portforward'),
  ...podSchema,
  ...carrierSchema,
  ports: z.array(z.int().min(1).max(65535)),
});

const targetSchema = z.object({
  pod: z.object({ namespace: z.string(), name: z.string(), uid: z.string() }).optional(),
  port: z.int().min(0).max(65535),
  scheme: z.enum(['http', 'https']),
  ca: z.string().optional(),
  serverName: z.string().optional(),
});
const headersSchema = z.array(z.tuple([z.string(), z.string()]));

const httpRequestSchema = z.object({
  kind: z.literal('http'),
  target: targetSchema,
  method: z.string(),
  path: z.string().startsWith('/'),
  headers: headersSchema,
  hasBody: z.boolean(),
});

const webSocketRequestSchema = z.object({
  kind: z.literal('websocket'),
  target: targetSchema,
  path: z.string().startsWith('/'),
  headers: headersSchema,
  protocols: z.array(z.string()),
});

export const streamRequestSchema = z.discriminatedUnion('kind', [
  logRequestSchema,
  commandRequestSchema('exec'),
  commandRequestSchema('attach'),
  portForwardRequestSchema,
  httpRequestSchema,
  webSocketRequestSchema,
]);

/** Of a stream `http`, from the agent: the answer's head. */
export const httpHeadSchema = z.object({ status: z.int().min(200).max(599), headers: headersSchema });
export type HttpHead = z.infer<typeof httpHeadSchema>;

/** Of a stream `http`, both ways: the body is whole. A close without it is an error of the body. */
export const BODY_END = '{"end":true}';

/** Relay to agent. An agent refuses a request that it does not know by dialling back with an error. */
export const relayMessageSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('open'), stream: z.string().min(1), request: z.looseObject({ kind: z.string() }) }),
  z.object({ type: z.literal('ping') }),
]);

/** Agent to relay. */
export const agentMessageSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('hello'), version: z.string() }),
  z.object({ type: z.literal('pong') }),
]);

const statusSchema = z.looseObject({ kind: z.literal('Status'), code: z.int(), message: z.string().optional() });

/** The first frame of a dial-back. */
export const streamHeadSchema = z.union([
  z.object({ status: z.literal('ok'), protocol: z.string().optional() }),
  statusSchema,
]);

export type RelayMessage = z.infer<typeof relayMessageSchema>;
export type AgentMessage = z.infer<typeof agentMessageSchema>;
export type StreamHead = { status: 'ok'; protocol?: string } | Status;

/** Decodes a text frame; undefined when it is not JSON or not of this schema. */
export function decodeMessage<T>(schema: z.ZodType<T>, frame: string | Uint8Array): T | undefined {
  if (typeof frame !== 'string') return undefined;
  try {
    const parsed = schema.safeParse(JSON.parse(frame));
    return parsed.success ? parsed.data : undefined;
  } catch {
    return undefined;
  }
}

/** Path of a node's control link, or of a dial-back when `stream` is given. */
export function tunnelPath(node: string, stream?: string): string {
  const base = `/apis/kedge.dev/v1/nodes/${encodeURIComponent(node)}/tunnel`;
  return stream === undefined ? base : `${base}/${encodeURIComponent(stream)}`;
}

/** The node, and the stream if any, of a path below the server's (or tenant's) root; undefined for any other path. */
export function parseTunnelPath(path: string): { node: string; stream?: string } | undefined {
  const match = /^\/apis\/kedge\.dev\/v1\/nodes\/([^/]+)\/tunnel(?:\/([^/]+))?$/.exec(path);
  if (match === null) return undefined;
  try {
    const node = decodeURIComponent(match[1]!);
    return match[2] === undefined ? { node } : { node, stream: decodeURIComponent(match[2]) };
  } catch {
    return undefined;
  }
}
