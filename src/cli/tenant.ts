/** `kedge tenant create|list|delete`: clusters beside the operator's own, for whoever has the root cluster's kubeconfig. */
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Command } from 'commander';
import { createTransport } from '../../agent/host/transport.ts';
import { type ApiAccess, readKubeconfig } from '../../agent/kubeconfig.ts';
import { createHttpClient, type HttpClient } from '../client/http.ts';
import { NAMESPACES, type Namespace, SECRETS } from '../client/resources.ts';
import { isTenantName, ROOT, TENANT_ADMIN_SECRET, TENANT_LABEL, TENANT_READY } from '../meta/tenant.ts';
import { DEFAULT_DATA_DIR, dataDirAt } from './data-dir.ts';
import { writeKubeconfig } from './up/kubeconfig.ts';

const READY_WITHIN_MS = 60_000;
const LOOK_EVERY_MS = 200;

interface Flags {
  dataDir: string;
  kubeconfig?: string;
}

export function tenantCommand(): Command {
  const command = new Command('tenant').description('create, list and delete tenants: whole clusters of their own');
  withCluster(command.command('create <name>'))
    .description('make a tenant; prints its administrator’s token and where its kubeconfig was written')
    .action(async (name: string, flags: Flags) => {
      if (!isTenantName(name)) throw new Error(`"${name}" is no name of a tenant: use a-z, 0-9 and -, at most 63`);
      const { access, client } = await connectTo(flags);
      await client.create(NAMESPACES, namespaceOf(name));
      await untilReady(client, name);
      const token = atob((await client.get(SECRETS, name, TENANT_ADMIN_SECRET)).data?.token ?? '');
      const file = path.resolve(flags.kubeconfig ?? path.join(flags.dataDir, 'tenants', `${name}.kubeconfig`));
      await mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
      const server = `${access.server.replace(/\/t\/[^/]+\/?$/, '')}/t/${name}`;
      await writeKubeconfig(file, { server, caCertificate: access.ca ?? '', user: 'admin', token });
      console.log(`token: ${token}\nkubeconfig: ${file}`);
    });
  withCluster(command.command('list'))
    .description('list tenants and whether they can be used')
    .action(async (flags: Flags) => {
      const { client } = await connectTo(flags);
      const { items } = await client.list(NAMESPACES, { labelSelector: `${TENANT_LABEL}=true` });
      for (const namespace of items) console.log(`${namespace.metadata.name}\t${stateOf(namespace)}`);
    });
  withCluster(command.command('delete <name>'))
    .description('delete a tenant with everything in it; returns when it is gone')
    .action(async (name: string, flags: Flags) => {
      const { client } = await connectTo(flags);
      const namespace = await client.get(NAMESPACES, '', name);
      if (namespace.metadata.labels?.[TENANT_LABEL] !== 'true') throw new Error(`${name} is no tenant`);
      const { uid } = namespace.metadata;
      await client.delete(NAMESPACES, '', name, uid === undefined ? {} : { preconditions: { uid } });
      while ((await client.find(NAMESPACES, '', name))?.metadata.uid === uid) await sleep(LOOK_EVERY_MS);
      console.log(`${name} is gone`);
    });
  return command;
}

function withCluster(command: Command): Command {
  return command
    .option('--data-dir <dir>', `data folder of the ${ROOT} cluster`, process.env.KEDGE_DATA_DIR ?? DEFAULT_DATA_DIR)
    .option('--kubeconfig <file>', 'where to write the tenant’s kubeconfig (default: in the data folder)');
}

async function connectTo({ dataDir }: Flags): Promise<{ access: ApiAccess; client: HttpClient }> {
  const file = process.env.KUBECONFIG ?? dataDirAt(dataDir).kubeconfig;
  const access = await readKubeconfig(file);
  const fetch = createTransport(access.ca === undefined ? {} : { ca: access.ca });
  return { access, client: createHttpClient({ server: access.server, token: access.token, fetch }) };
}

function namespaceOf(name: string): Namespace {
  return { apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels: { [TENANT_LABEL]: 'true' } } };
}

function isReady({ status }: Namespace): boolean {
  return status?.conditions?.some(({ type, status: value }) => type === TENANT_READY && value === 'True') === true;
}

function stateOf(namespace: Namespace): string {
  if (namespace.metadata.deletionTimestamp !== undefined) return 'Terminating';
  return isReady(namespace) ? 'Ready' : 'Pending';
}

async function untilReady(client: HttpClient, name: string): Promise<void> {
  const deadline = performance.now() + READY_WITHIN_MS;
  while (!isReady(await client.get(NAMESPACES, '', name))) {
    if (performance.now() > deadline) {
      throw new Error(`${name} is not ready after ${READY_WITHIN_MS / 1000} s; see kubectl describe namespace ${name}`);
    }
    await sleep(LOOK_EVERY_MS);
  }
}
