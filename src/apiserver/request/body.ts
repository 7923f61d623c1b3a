/** Reads request bodies, never more than the limit. */
import { StatusError } from '../../meta/status-error.ts';

/** Bytes: etcd's 1.5 MiB limit doubled, as upstream's MaxRequestBodyBytes. */
export const MAX_BODY_BYTES = 3 * 1024 * 1024;

/** The body as it came, under the same limit. */
export async function readBytes(request: Request): Promise<Uint8Array> {
  if (declaredSize(request) !== undefined) return new Uint8Array(await request.arrayBuffer());
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of request.body ?? []) {
    size += chunk.byteLength;
    if (size > MAX_BODY_BYTES) throw tooLarge();
    chunks.push(chunk);
  }
  return new Uint8Array(await new Blob(chunks as BlobPart[]).arrayBuffer());
}

/** The Content-Length, which hosts hold the body to; undefined when there is none. */
function declaredSize(request: Request): number | undefined {
  const declared = request.headers.get('content-length');
  if (declared === null) return undefined;
  if (Number(declared) > MAX_BODY_BYTES) throw tooLarge();
  return Number(declared);
}

function tooLarge(): StatusError {
  return StatusError.requestEntityTooLarge(`Request entity too large: limit is ${MAX_BODY_BYTES}`);
}

/** The body as text ('' when there is none). Throws 413 over MAX_BODY_BYTES without reading on. */
export async function readBody(request: Request): Promise<string> {
  if (declaredSize(request) !== undefined) return request.text();
  if (request.body === null) return '';
  const decoder = new TextDecoder();
  let text = '';
  let size = 0;
  const reader = request.body.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return text + decoder.decode();
    size += value.byteLength;
    if (size > MAX_BODY_BYTES) {
      await reader.cancel();
      throw tooLarge();
    }
    text += decoder.decode(value, { stream: true });
  }
}
