/** A pod of 1.2 KB as sent, 2 KB as stored, bound to no node. */
export function podBody(name: string): string {
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, labels: { app: 'bench', shard: String(name.length % 7) } },
    spec: {
      schedulerName: 'nobody',
      automountServiceAccountToken: false,
      containers: [
        {
          name: 'main',
          image: 'busybox:1.36',
          command: ['sleep', '3600'],
          env: Array.from({ length: 12 }, (_, i) => ({ name: `VARIABLE_${i}`, value: `${'value'.repeat(10)}${i}` })),
          resources: { requests: { cpu: '10m', memory: '16Mi' } },
        },
      ],
    },
  });
}
