/** The agent's configuration: flags, each with an environment variable (KEDGE_…). */
import os from 'node:os';
import { parseArgs } from 'node:util';
import { z } from 'zod';

const configSchema = z.object({
  command: z.enum(['run', 'cleanup']),
  kubeconfig: z.string().optional(),
  nodeName: z
    .string()
    .toLowerCase()
    .regex(/^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/, 'must be a DNS subdomain'),
  dataDir: z.string().min(1),
  clusterId: z.string().regex(/^[a-z0-9]{1,8}$/, 'must be 1 to 8 of a-z and 0-9'),
  dockerSocket: z.string().min(1),
  nodeIp: z.ipv4().optional(),
  clusterCidr: z.cidrv4().optional(),
  logLevel: z.enum(['debug', 'info', 'warn', 'error']),
});

export type AgentConfig = z.infer<typeof configSchema>;

const FLAGS = {
  kubeconfig: 'KEDGE_AGENT_KUBECONFIG',
  'node-name': 'KEDGE_NODE_NAME',
  'data-dir': 'KEDGE_AGENT_DATA_DIR',
  'cluster-id': 'KEDGE_CLUSTER_ID',
  'docker-socket': 'KEDGE_DOCKER_SOCKET',
  'node-ip': 'KEDGE_NODE_IP',
  'cluster-cidr': 'KEDGE_CLUSTER_CIDR',
  'log-level': 'KEDGE_LOG_LEVEL',
} as const;

export const USAGE = `Usage: node agent/main.ts [run|cleanup] [flags]

  --kubeconfig FILE       server, CA and token to join with (needed by run)
  --node-name NAME        name of the Node (${os.hostname().toLowerCase()})
  --data-dir DIR          where pods' volumes and the last known state live (/var/lib/kedge/agent)
  --cluster-id ID         1 to 8 of a-z and 0-9; names all on this machine, one per cluster (default)
  --docker-socket PATH    of the Engine API (/var/run/docker.sock)
  --node-ip IP            address that others reach this machine at (that of the default route)
  --cluster-cidr CIDR     addresses of all pods of the cluster (this node's podCIDR)
  --log-level LEVEL       debug, info, warn or error (info)
`;

/** Throws an Error whose message names each wrong flag. */
export function readConfig(argv: readonly string[], env: Readonly<Record<string, string | undefined>>): AgentConfig {
  const { values, positionals } = parseArgs({
    args: [...argv],
    allowPositionals: true,
    options: Object.fromEntries(Object.keys(FLAGS).map((name) => [name, { type: 'string' as const }])),
  });
  const value = (name: keyof typeof FLAGS) => (values[name] as string | undefined) ?? (env[FLAGS[name]] || undefined);
  const parsed = configSchema.safeParse({
    command: positionals[0] ?? 'run',
    kubeconfig: value('kubeconfig'),
    nodeName: value('node-name') ?? os.hostname(),
    dataDir: value('data-dir') ?? '/var/lib/kedge/agent',
    clusterId: value('cluster-id') ?? 'default',
    dockerSocket: value('docker-socket') ?? '/var/run/docker.sock',
    nodeIp: value('node-ip'),
    clusterCidr: value('cluster-cidr'),
    logLevel: value('log-level') ?? 'info',
  });
  if (!parsed.success) {
    const faults = parsed.error.issues.map(({ path, message }) => `--${dashed(String(path[0] ?? ''))}: ${message}`);
    throw new Error(faults.join('\n'));
  }
  if (parsed.data.command === 'run' && parsed.data.kubeconfig === undefined) throw new Error('--kubeconfig: is needed');
  return parsed.data;
}

function dashed(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
