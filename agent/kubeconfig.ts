/** The part of a kubeconfig that the agent needs. */
import path from 'node:path';
import { z } from 'zod';
import { readTextFile } from './host/files.ts';

const kubeconfigSchema = z.object({
  'current-context': z.string(),
  clusters: z.array(
    z.object({
      name: z.string(),
      cluster: z.object({
        server: z.url(),
        'certificate-authority-data': z.string().optional(),
        'certificate-authority': z.string().optional(),
      }),
    }),
  ),
  contexts: z.array(z.object({ name: z.string(), context: z.object({ cluster: z.string(), user: z.string() }) })),
  users: z.array(
    z.object({ name: z.string(), user: z.object({ token: z.string().optional(), tokenFile: z.string().optional() }) }),
  ),
});

export interface ApiAccess {
  server: string;
  token: string;
  /** PEM. */
  ca?: string;
}

/** Throws an Error that says what is missing. */
export async function readKubeconfig(file: string): Promise<ApiAccess> {
  const text = await readTextFile(file);
  if (text === undefined) throw new Error(`${file}: no such file`);
  const config = kubeconfigSchema.parse(await parse(text));
  const context = config.contexts.find(({ name }) => name === config['current-context'])?.context;
  const cluster = config.clusters.find(({ name }) => name === context?.cluster)?.cluster;
  const user = config.users.find(({ name }) => name === context?.user)?.user;
  if (cluster === undefined || user === undefined) throw new Error(`${file}: the current context names nothing`);
  const beside = (name: string) => readTextFile(path.resolve(path.dirname(file), name));
  const token = user.token ?? (user.tokenFile && (await beside(user.tokenFile))?.trim());
  if (!token) throw new Error(`${file}: the user has no token`);
  const data = cluster['certificate-authority-data'];
  const ca = data
    ? Buffer.from(data, 'base64').toString()
    : cluster['certificate-authority'] && (await beside(cluster['certificate-authority']));
  return { server: cluster.server, token, ...(ca ? { ca } : {}) };
}

/** JSON is YAML; the parser of the rest, 8 MB, is loaded only for what is not JSON. */
async function parse(text: string): Promise<unknown> {
  if (text.trimStart().startsWith('{')) return JSON.parse(text);
  return (await import('yaml')).parse(text);
}
