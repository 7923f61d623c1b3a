/** What the agent answers about itself through nodes/proxy; as much of the kubelet's API as there is a use for. */
import type { HttpRequest } from '../../src/tunnel/contract.ts';
import type { HttpHead } from '../../src/tunnel/protocol.ts';
import type { StreamContext } from './contract.ts';

type Answer = HttpHead & { body: string };

export function answerItself({ pods }: StreamContext, { method, path }: HttpRequest): Answer {
  if (method !== 'GET' && method !== 'HEAD') return text(405, 'Method Not Allowed\n');
  switch (path.split('?')[0]) {
    case '/healthz':
    case '/healthz/ping':
      return text(200, 'ok');
    case '/pods': {
      const list = { kind: 'PodList', apiVersion: 'v1', metadata: {}, items: pods() };
      return { status: 200, headers: [['content-type', 'application/json']], body: JSON.stringify(list) };
    }
    default:
      return text(404, '404 page not found\n');
  }
}

function text(status: number, body: string): Answer {
  return { status, headers: [['content-type', 'text/plain; charset=utf-8']], body };
}
