/**
 * What a cluster keeps about itself beside its database: which slot of this machine it has. Clusters on one machine share
 * Docker and iptables, so each needs a name and address ranges of its own; the slot number gives both.
 */
import { mkdir, readdir, readFile, readlink, symlink, unlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import type { DataDir } from '../data-dir.ts';

const clusterSchema = z.object({
  /** Names everything of the cluster on the machine: bridge (kedge0 for "default"), chains, containers. */
  id: z.string().regex(/^[a-z0-9]{1,8}$/),
  clusterCIDR: z.string(),
  serviceCIDR: z.string(),
});

export type Cluster = z.infer<typeof clusterSchema>;

const SLOTS = 28;
const MACHINE_FOLDER = '/var/lib/kedge/clusters';

/** Loads `<data-dir>/cluster.json`, or takes the machine's first free slot and writes it. */
export async function ensureCluster(data: DataDir): Promise<Cluster> {
  const existing = await load(data.cluster);
  if (existing !== undefined) return existing;
  const slot = process.getuid?.() === 0 ? await takeSlot(data) : 0;
  const cluster: Cluster = {
    id: slot === 0 ? 'default' : String(slot),
    // 10.244.0.0 and 10.96.0.0 are what kubeadm's guides use; further clusters count down and up from there. Room for 1,024
    // nodes of 256 addresses.
    clusterCIDR: `10.${244 - 4 * slot}.0.0/14`,
    serviceCIDR: `10.${96 + slot}.0.0/16`,
  };
  await writeFile(data.cluster, `${JSON.stringify(cluster, null, 2)}\n`);
  return cluster;
}

async function load(file: string): Promise<Cluster | undefined> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  const parsed = clusterSchema.safeParse(JSON.parse(text));
  if (!parsed.success) throw new Error(`${file} is not valid: ${z.prettifyError(parsed.error)}`);
  return parsed.data;
}

/** A slot is a link from the machine's folder to a data folder that says the same; links to nothing are free. */
async function takeSlot(data: DataDir): Promise<number> {
  await mkdir(MACHINE_FOLDER, { recursive: true });
  for (let slot = 0; slot < SLOTS; slot++) {
    const link = path.join(MACHINE_FOLDER, String(slot));
    const holder = await readlink(link).catch(() => undefined);
    if (holder === data.root) return slot;
    if (holder !== undefined) {
      if ((await load(path.join(holder, path.basename(data.cluster))).catch(() => undefined)) !== undefined) continue;
      await unlink(link).catch(() => {});
    }
    try {
      await symlink(data.root, link);
      return slot;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
  }
  throw new Error(`all ${SLOTS} cluster slots of this machine are taken: ${(await readdir(MACHINE_FOLDER)).join(' ')}`);
}
