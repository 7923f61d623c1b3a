/** A pod's volumes, each by the plugin of its type. Types that this node does not know are refused by name, never left out. */
import { join } from 'node:path';
import type { RunCommand } from '../host/exec.ts';
import { listFolder } from '../host/files.ts';
import { unmountBelow } from '../host/mounts.ts';
import { removeTree } from '../host/remove.ts';
import {
  type MountedSource,
  type MountedVolume,
  type ObjectSource,
  type PodVolumes,
  type TokenSource,
  VolumeError,
  type VolumePlugin,
} from './contract.ts';
import type { NodeFacts } from './downward.ts';
import { createEmptyDirs } from './empty-dir.ts';
import { hostPaths } from './host-path.ts';
import { createProjections } from './projected.ts';
import { bindSubPath } from './sub-path.ts';

export interface VolumeOptions {
  /** Holds `<pod uid>/volumes/<name>` and `<pod uid>/volume-subpaths/<name>/<container>/<index>`. Root's alone. */
  folder: string;
  objects: ObjectSource;
  tokens: TokenSource;
  run: RunCommand;
  /** Told to pods by downwardAPI volumes. */
  node: NodeFacts;
}

export function createPodVolumes({ folder, objects, tokens, run, node }: VolumeOptions): PodVolumes {
  const podFolder = (uid: string) => join(folder, uid);
  const projections = createProjections({ objects, tokens, run, node });
  const plugins = new Map<string, VolumePlugin>([
    ['emptyDir', createEmptyDirs(run)],
    ['hostPath', hostPaths],
    ['configMap', projections],
    ['secret', projections],
    ['downwardAPI', projections],
    ['projected', projections],
  ]);

  return {
    async mount(pod) {
      const volumes = new Map<string, MountedVolume>();
      const sources: MountedSource[] = [];
      let renewAt = Number.POSITIVE_INFINITY;
      for (const volume of pod.spec?.volumes ?? []) {
        try {
          const type = Object.keys(volume).find((key) => key !== 'name') ?? 'unknown';
          const plugin = plugins.get(type);
          if (plugin === undefined) throw new VolumeError(`volumes of type ${type} are not supported by this node`);
          const target = join(podFolder(pod.metadata.uid!), 'volumes', volume.name);
          const { path, readOnly, ...live } = await plugin.setUp(pod, volume, target);
          volumes.set(volume.name, { path, readOnly });
          renewAt = Math.min(renewAt, live.renewAt ?? renewAt);
          sources.push(...(live.sources ?? []));
        } catch (error) {
          const reason = error instanceof Error ? error.message : String(error);
          throw new VolumeError(`MountVolume.SetUp failed for volume ${JSON.stringify(volume.name)} : ${reason}`, {
            cause: error,
          });
        }
      }
      return { volumes, sources, ...(Number.isFinite(renewAt) ? { renewAt } : {}) };
    },
    bindSubPath: (podUid, mount) => bindSubPath(run, podFolder(podUid), mount),
    unmount: (podUid) => removePodFolder(run, podFolder(podUid)),
    known: () => listFolder(folder),
  };
}

/** Throws when something is mounted there and busy; it is then all there still. */
export async function removePodFolder(run: RunCommand, podFolder: string): Promise<void> {
  await unmountBelow(run, podFolder);
  await removeTree(podFolder);
}
