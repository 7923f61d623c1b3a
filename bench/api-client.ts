/** HTTPS with keep-alive, one connection a client, as little work in the client as possible: it shares the cores. */
import https from 'node:https';

export interface ApiClient {
  /** Resolves with the body; rejects when the status is not `expected`. */
  request(method: string, path: string, expected: number, body?: string, contentType?: string): Promise<string>;
  /** Calls `onLine` for each line of a watch; returns how to end it. */
  watch(path: string, onLine: (line: string) => void): Promise<() => void>;
  close(): void;
}

export function createApiClient(server: string, ca: string, token: string): ApiClient {
  const agent = new https.Agent({ keepAlive: true, maxSockets: Number.POSITIVE_INFINITY, ca });
  const { hostname, port } = new URL(server);
  const headers = { authorization: `Bearer ${token}`, accept: 'application/json' };
  return {
    request(method, path, expected, body, contentType = 'application/json') {
      return new Promise((resolve, reject) => {
        const outgoing = https.request(
          {
            hostname,
            port,
            method,
            path,
            agent,
            headers:
              body === undefined
                ? headers
                : { ...headers, 'content-type': contentType, 'content-length': Buffer.byteLength(body) },
          },
          (response) => {
            const chunks: Buffer[] = [];
            response.on('data', (chunk: Buffer) => chunks.push(chunk));
            response.on('end', () => {
              const text = Buffer.concat(chunks).toString();
              if (response.statusCode === expected) resolve(text);
              else reject(new Error(`${method} ${path}: ${response.statusCode} ${text.slice(0, 300)}`));
            });
            response.on('error', reject);
          },
        );
        outgoing.on('error', reject);
        outgoing.end(body);
      });
    },
    watch(path, onLine) {
      return new Promise((resolve, reject) => {
        const outgoing = https.request({ hostname, port, path, agent, headers }, (response) => {
          let rest = '';
          response.setEncoding('utf8').on('data', (chunk: string) => {
            const lines = (rest + chunk).split('\n');
            rest = lines.pop() ?? '';
            for (const line of lines) onLine(line);
          });
          response.on('error', () => {});
          resolve(() => outgoing.destroy());
        });
        outgoing.on('error', reject);
        outgoing.end();
      });
    },
    close: () => agent.destroy(),
  };
}
