/** Sees by watches when pods are made or bound and slices have endpoints. */
import type { ApiClient } from './api-client.ts';

export interface Observer {
  /** When so many pods of the label `app` are there, or have a node; as performance.now() tells it. */
  pods(app: string, count: number, state: 'made' | 'bound'): Promise<number>;
  /** When the slices of the Service have so many ready endpoints. */
  endpoints(service: string, count: number): Promise<number>;
  close(): void;
}

interface Seen {
  metadata: { name: string; labels?: Record<string, string> };
  spec?: { nodeName?: string };
  endpoints?: { conditions?: { ready?: boolean } }[] | null;
}

interface Wanted {
  count: number;
  names: Set<string>;
  resolve(at: number): void;
}

export async function createObserver(api: ApiClient, namespace: string): Promise<Observer> {
  const wanted = new Map<string, Wanted>();
  const want = (key: string, count: number) =>
    new Promise<number>((resolve) => wanted.set(key, { count, names: new Set(), resolve }));
  const saw = (key: string, names: Iterable<string>) => {
    const each = wanted.get(key);
    if (each === undefined) return;
    for (const name of names) each.names.add(name);
    if (each.names.size < each.count) return;
    wanted.delete(key);
    each.resolve(performance.now());
  };

  const ends = await Promise.all([
    watchLines(api, `/api/v1/namespaces/${namespace}/pods`, ({ metadata, spec }) => {
      const app = metadata.labels?.app ?? '';
      saw(`made ${app}`, [metadata.name]);
      if (spec?.nodeName !== undefined) saw(`bound ${app}`, [metadata.name]);
    }),
    watchLines(api, `/apis/discovery.k8s.io/v1/namespaces/${namespace}/endpointslices`, ({ metadata, endpoints }) => {
      const ready = (endpoints ?? []).filter(({ conditions }) => conditions?.ready === true);
      const service = metadata.labels?.['kubernetes.io/service-name'] ?? '';
      for (let count = 1; count <= ready.length; count++) saw(`endpoints ${service} ${count}`, ['slice']);
    }),
  ]);
  return {
    pods: (app, count, state) => want(`${state} ${app}`, count),
    endpoints: (service, count) => want(`endpoints ${service} ${count}`, 1),
    close() {
      for (const end of ends) end();
    },
  };
}

async function watchLines(api: ApiClient, path: string, onObject: (object: Seen) => void): Promise<() => void> {
  let rest = '';
  return api.watch(`${path}?watch=true&timeoutSeconds=3600`, (text) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      if (line.startsWith('{"type":"BOOKMARK"') || !line.startsWith('{"type"')) continue;
      onObject(JSON.parse(line).object);
    }
  });
}
