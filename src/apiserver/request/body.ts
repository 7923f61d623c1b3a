/** Reads request bodies, never more than the limit. */
import { StatusError } from '../../meta/status-error.ts';

/** Bytes: etcd's 1.5 MiB limit doubled, as upstream's MaxRequestBodyBytes. */
export const MAX_BODY_BYTES = 3 * 1024 * 1024;
/** What a body of no declared length is taken for until it turns out to be longer. */
const SMALL_BYTES = 64 * 1024;

/** Bodies that were read before their handlers asked for them. */
const held = new WeakMap<Request, Uint8Array | string>();

/**
 * Reads the body ahead of its handler, so that no work waits for a slow sender. `reserve` is called for the memory before it is
 * used, and may wait. Returns the body's size in bytes (of text: its characters). Throws 413 over MAX_BODY_BYTES.
 */
export async function holdBody(request: Request, reserve: (bytes: number) => Promise<void>): Promise<number> {
  const declared = declaredSize(request);
  if (declared === 0) return 0;
  await reserve(declared ?? SMALL_BYTES);
  const body = declared === undefined ? await readGrowing(request, reserve) : await readDeclared(request);
  held.set(request, body);
  return body.length;
}

/** Protobuf is not text; the rest is, and read as such in the host's fastest way. */
function readDeclared(request: Request): Promise<Uint8Array | string> {
  const isText = request.headers.get('content-type')?.startsWith('application/vnd.kubernetes.protobuf') !== true;
  return isText ? request.text() : request.arrayBuffer().then((buffer) => new Uint8Array(buffer));
}

async function readGrowing(request: Request, reserve: (bytes: number) => Promise<void>): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of request.body ?? []) {
    if (size <= SMALL_BYTES && size + chunk.byteLength > SMALL_BYTES) await reserve(MAX_BODY_BYTES - SMALL_BYTES);
    size += chunk.byteLength;
    if (size > MAX_BODY_BYTES) throw tooLarge();
    chunks.push(chunk);
  }
  if (chunks.length === 1) return chunks[0]!;
  const whole = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.byteLength;
  }
  return whole;
}

/** The body as it came, under the same limit. */
export async function readBytes(request: Request): Promise<Uint8Array> {
  if (!held.has(request)) await holdBody(request, async () => {});
  const body = held.get(request) ?? new Uint8Array();
  return typeof body === 'string' ? new TextEncoder().encode(body) : body;
}

/** The body as text ('' when there is none). Throws 413 over MAX_BODY_BYTES without reading on. */
export async function readBody(request: Request): Promise<string> {
  if (!held.has(request)) await holdBody(request, async () => {});
  const body = held.get(request) ?? '';
  return typeof body === 'string' ? body : new TextDecoder().decode(body);
}

/** The Content-Length, which hosts hold the body to; undefined when there is none. Throws 413 over MAX_BODY_BYTES. */
export function declaredSize(request: Request): number | undefined {
  const declared = request.headers.get('content-length');
  if (declared === null) return undefined;
  if (Number(declared) > MAX_BODY_BYTES) throw tooLarge();
  return Number(declared);
}

function tooLarge(): StatusError {
  return StatusError.requestEntityTooLarge(`Request entity too large: limit is ${MAX_BODY_BYTES}`);
}
