/** Objects as clients send them. */

export function namespace(name: string) {
  return { apiVersion: 'v1' as const, kind: 'Namespace' as const, metadata: { name } };
}

export function configMap(name: string, data: Record<string, string> = {}, labels: Record<string, string> = {}) {
  return { apiVersion: 'v1' as const, kind: 'ConfigMap' as const, metadata: { name, labels }, data };
}

export function pod(name: string, metadata: object = {}) {
  return {
    apiVersion: 'v1' as const,
    kind: 'Pod' as const,
    metadata: { name, ...metadata },
    spec: { containers: [{ name: 'main', image: 'registry.example/app:1' }] },
  };
}
