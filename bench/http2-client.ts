/** One HTTP/2 connection for all requests in flight, as client-go has it. */
import http2 from 'node:http2';
import type { ApiClient } from './api-client.ts';

export async function createHttp2Client(
  server: string,
  ca: string,
  token: string,
): Promise<Pick<ApiClient, 'request' | 'close'>> {
  const session = http2.connect(server, { ca });
  await new Promise<void>((resolve, reject) => {
    session.once('connect', () => resolve());
    session.once('error', reject);
  });
  const authorization = `Bearer ${token}`;
  return {
    request(method, path, expected, body, contentType = 'application/json') {
      return new Promise((resolve, reject) => {
        const stream = session.request({
          ':method': method,
          ':path': path,
          authorization,
          accept: 'application/json',
          ...(body === undefined ? {} : { 'content-type': contentType }),
        });
        let status = 0;
        const pieces: Buffer[] = [];
        stream.on('response', (headers) => {
          status = headers[':status'] ?? 0;
        });
        stream.on('data', (piece: Buffer) => pieces.push(piece));
        stream.on('error', reject);
        stream.on('end', () => {
          const all = Buffer.concat(pieces);
          if (status === expected) resolve(all);
          else reject(new Error(`${method} ${path}: ${status} ${all.toString().slice(0, 300)}`));
        });
        stream.end(body);
      });
    },
    close: () => session.destroy(),
  };
}
