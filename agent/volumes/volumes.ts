/** The volumes that need nothing but the machine and the API. Others are refused by name, never left out. */
import path from 'node:path';
import type { Pod } from '../../src/client/resources.ts';
import { quantityValue } from '../../src/meta/quantity.ts';
import { CommandError, type RunCommand } from '../host/exec.ts';
import { kindOfPath, listFolder, makeFolder, removeTree, shareWithGroup, writeProjectedFolder } from '../host/files.ts';
import { type ObjectSource, type PodVolume, type PodVolumes, type TokenSource, VolumeError } from './contract.ts';
import { ensureHostPath } from './host-path.ts';
import { type Projection, projectSources } from './projected.ts';

export interface VolumeOptions {
  /** Holds `<pod uid>/volumes/<name>`. */
  folder: string;
  objects: ObjectSource;
  tokens: TokenSource;
  run: RunCommand;
}

export function createPodVolumes({ folder, objects, tokens, run }: VolumeOptions): PodVolumes {
  const podFolder = (uid: string) => path.join(folder, uid);

  async function mountOne(pod: Pod, volume: PodVolume): Promise<{ path: string; renewAt?: number }> {
    const target = path.join(podFolder(pod.metadata.uid!), 'volumes', volume.name);
    if (volume.hostPath) {
      await ensureHostPath(volume.hostPath.path, volume.hostPath.type ?? '');
      return { path: volume.hostPath.path };
    }
    if (volume.emptyDir) {
      await makeFolder(target, 0o777);
      if (volume.emptyDir.medium === 'Memory') await mountMemory(run, target, volume.emptyDir.sizeLimit);
      const group = pod.spec?.securityContext?.fsGroup;
      if (group !== undefined) await shareWithGroup(target, group);
      return { path: target };
    }
    const projection = projectionOf(volume);
    if (projection !== undefined) {
      const { files, renewAt } = await projectSources(pod, projection, objects, tokens);
      await writeProjectedFolder(target, files);
      return renewAt === undefined ? { path: target } : { path: target, renewAt };
    }
    const kind = Object.keys(volume).find((key) => key !== 'name') ?? 'unknown';
    throw new VolumeError(`volumes of type ${kind} are not supported by this node`);
  }

  return {
    async mount(pod) {
      const paths = new Map<string, string>();
      let renewAt: number | undefined;
      for (const volume of pod.spec?.volumes ?? []) {
        try {
          const mounted = await mountOne(pod, volume);
          paths.set(volume.name, mounted.path);
          if (mounted.renewAt !== undefined) renewAt = Math.min(renewAt ?? Number.POSITIVE_INFINITY, mounted.renewAt);
        } catch (error) {
          const reason = error instanceof Error ? error.message : String(error);
          throw new VolumeError(`MountVolume.SetUp failed for volume ${JSON.stringify(volume.name)} : ${reason}`, {
            cause: error,
          });
        }
      }
      return renewAt === undefined ? { paths } : { paths, renewAt };
    },
    async prepareMount(source) {
      if ((await kindOfPath(source)) === 'absent') await makeFolder(source, 0o755);
    },
    async unmount(podUid) {
      const volumes = path.join(podFolder(podUid), 'volumes');
      for (const name of await listFolder(volumes)) {
        // Fails for what is no mount point: most are not.
        await run('umount', [path.join(volumes, name)]).catch(() => {});
      }
      await removeTree(podFolder(podUid));
    },
    known: () => listFolder(folder),
  };
}

/** configMap, secret, downwardAPI and projected volumes are one thing: files from sources. */
function projectionOf(volume: PodVolume): Projection | undefined {
  if (volume.projected) {
    return { defaultMode: volume.projected.defaultMode ?? 0o644, sources: volume.projected.sources ?? [] };
  }
  if (volume.configMap) {
    const { defaultMode, ...configMap } = volume.configMap;
    return { defaultMode: defaultMode ?? 0o644, sources: [{ configMap }] };
  }
  if (volume.secret) {
    const { defaultMode, secretName, items, optional } = volume.secret;
    const secret = {
      name: secretName ?? '',
      ...(items === undefined ? {} : { items }),
      ...(optional === undefined ? {} : { optional }),
    };
    return { defaultMode: defaultMode ?? 0o644, sources: [{ secret }] };
  }
  if (volume.downwardAPI) {
    const { defaultMode, ...downwardAPI } = volume.downwardAPI;
    return { defaultMode: defaultMode ?? 0o644, sources: [{ downwardAPI }] };
  }
  return undefined;
}

async function mountMemory(run: RunCommand, target: string, limit: string | number | undefined): Promise<void> {
  const mounted = await run('mountpoint', ['-q', target]).then(
    () => true,
    (error: unknown) => {
      if (error instanceof CommandError) return false;
      throw error;
    },
  );
  if (mounted) return;
  const size = limit === undefined ? [] : ['-o', `size=${quantityValue(limit)},mode=0777`];
  await run('mount', ['-t', 'tmpfs', ...(size.length > 0 ? size : ['-o', 'mode=0777']), 'tmpfs', target]);
}
