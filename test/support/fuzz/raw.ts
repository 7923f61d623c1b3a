/** A request so that somebody can send it again. */
import { mkdtempSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { Sent } from './client.ts';

const SHOWN = 3000;

/** Bodies that are long, or no text, lie in a file that is named. */
export function rawRequest({ method, path: target, headers, body }: Sent, http2: boolean): string {
  const lines = Object.entries(headers).map(
    ([name, value]) => `${name}: ${name === 'authorization' ? hidden(value) : value}`,
  );
  const head = `${method} ${target} HTTP/${http2 ? '2' : '1.1'}\n${lines.join('\n')}`;
  if (body === undefined) return head;
  const printable = typeof body === 'string' && body.length <= SHOWN && body.isWellFormed();
  if (printable) return `${head}\n\n${body.replaceAll('\u0000', '\\0')}`;
  const file = path.join(mkdtempSync(path.join(os.tmpdir(), 'kedge-fuzz-')), 'body');
  writeFileSync(file, body);
  return `${head}\n\n(${Buffer.byteLength(body)} bytes: --data-binary @${file})`;
}

function hidden(credentials: string): string {
  return credentials.startsWith('Bearer kdg.') ? 'Bearer <the tenant’s>' : credentials;
}
