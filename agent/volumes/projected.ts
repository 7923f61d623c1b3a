/** configMap, secret, downwardAPI and projected volumes are one thing: files from sources. */
import type { Pod } from '../../src/client/resources.ts';
import { type ProjectedFile, writeProjectedFolder } from '../host/atomic-writer.ts';
import type { RunCommand } from '../host/exec.ts';
import { listFolder, makeFolder } from '../host/files.ts';
import { isMountPoint, mountMemory } from '../host/mounts.ts';
import {
  type KeyedData,
  type KeyedObject,
  type MountedSource,
  type ObjectSource,
  type PodVolume,
  type TokenSource,
  VolumeError,
  type VolumePlugin,
} from './contract.ts';
import { fieldValue, type NodeFacts, resourceValue } from './downward.ts';
import { renewalOf } from './tokens.ts';

type Source = NonNullable<NonNullable<PodVolume['projected']>['sources']>[number];

interface Projection {
  defaultMode: number;
  sources: readonly Source[];
}

export interface ProjectionOptions {
  objects: ObjectSource;
  tokens: TokenSource;
  run: RunCommand;
  node: NodeFacts;
}

const DEFAULT_TOKEN_SECONDS = 3600;

export function createProjections(options: ProjectionOptions): VolumePlugin {
  return {
    async setUp(pod, volume, target) {
      const { files, ...live } = await projectSources(pod, projectionOf(volume), options);
      // As upstream, only ConfigMaps are on the disk.
      if (!volume.configMap) await ensureMemory(options.run, target);
      await writeProjectedFolder(target, files);
      return { path: target, readOnly: true, ...live };
    },
  };
}

async function ensureMemory(run: RunCommand, target: string): Promise<void> {
  await makeFolder(target);
  if (await isMountPoint(target)) return;
  // One of an earlier version, which running containers have mounted: it is kept up to date for them where it is.
  if ((await listFolder(target)).length > 0) return;
  await mountMemory(run, target, ['mode=0755', 'nosuid', 'nodev', 'noexec']);
}

function projectionOf(volume: PodVolume): Projection {
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
  return { defaultMode: volume.projected?.defaultMode ?? 0o644, sources: volume.projected?.sources ?? [] };
}

async function projectSources(
  pod: Pod,
  { defaultMode, sources }: Projection,
  { objects, tokens, node }: ProjectionOptions,
): Promise<{ files: ProjectedFile[]; sources: MountedSource[]; renewAt?: number }> {
  const files = new Map<string, ProjectedFile>();
  const namespace = pod.metadata.namespace ?? '';
  const owner = ownerOf(pod);
  const mounted: MountedSource[] = [];
  let renewAt: number | undefined;
  const put = (path: string, content: Uint8Array, mode = defaultMode, uid?: number) => {
    if (path.startsWith('/') || path.split('/').includes('..')) throw new VolumeError(`invalid path ${path}`);
    // What a group shares, the group can read.
    const shared = owner.gid === undefined ? { mode } : { mode: mode | 0o440, gid: owner.gid };
    files.set(path, { path, content, ...shared, ...(uid === undefined ? {} : { uid }) });
  };
  const from = (resource: MountedSource['resource'], name: string, object: KeyedObject | undefined) => {
    if (object?.immutable) return;
    mounted.push({ resource, namespace, name, resourceVersion: object?.resourceVersion });
  };
  for (const { configMap, secret, downwardAPI, serviceAccountToken, ...others } of sources) {
    if (configMap) {
      const { name = '' } = configMap;
      const object = await objects.configMap(namespace, name);
      project('configmap', configMap, object?.data, put);
      from('configmaps', name, object);
    } else if (secret) {
      const { name = '' } = secret;
      const object = await objects.secret(namespace, name);
      project('secret', secret, object?.data, put);
      from('secrets', name, object);
    } else if (downwardAPI) {
      for (const item of downwardAPI.items ?? []) {
        const value = item.fieldRef
          ? fieldValue(pod, item.fieldRef.fieldPath)
          : item.resourceFieldRef && resourceValue(pod, item.resourceFieldRef, node);
        put(item.path, Buffer.from(value ?? ''), item.mode);
      }
    } else if (serviceAccountToken) {
      const seconds = serviceAccountToken.expirationSeconds ?? DEFAULT_TOKEN_SECONDS;
      const { token, expires } = await tokens.token(pod, serviceAccountToken.audience || undefined, seconds);
      // Whoever else runs in the pod need not read it, when it is known who must.
      const mode = owner.uid === undefined && owner.gid === undefined ? defaultMode : 0o600;
      put(serviceAccountToken.path, Buffer.from(token), mode, owner.uid);
      renewAt = Math.min(renewAt ?? Number.POSITIVE_INFINITY, renewalOf(Date.now(), expires));
    } else {
      throw new VolumeError(`projected sources of type ${Object.keys(others)[0]} are not supported by this node`);
    }
  }
  return { files: [...files.values()], sources: mounted, ...(renewAt === undefined ? {} : { renewAt }) };
}

/** The user that all containers run as, if it is one, and the group that shares the pod's volumes. */
function ownerOf({ spec }: Pod): { uid?: number; gid?: number } {
  const gid = spec?.securityContext?.fsGroup;
  const containers = [...(spec?.initContainers ?? []), ...(spec?.containers ?? [])];
  const uids = containers.map((each) => each.securityContext?.runAsUser ?? spec?.securityContext?.runAsUser);
  const [uid] = uids;
  return {
    ...(uid !== undefined && uids.every((each) => each === uid) ? { uid } : {}),
    ...(gid === undefined ? {} : { gid }),
  };
}

interface Selection {
  name?: string;
  optional?: boolean;
  items?: readonly { key: string; path: string; mode?: number }[];
}

function project(
  kind: string,
  { name, items, optional }: Selection,
  data: KeyedData | undefined,
  put: (path: string, content: Uint8Array, mode?: number) => void,
): void {
  if (data === undefined) {
    if (optional) return;
    throw new VolumeError(`${kind} "${name}" not found`);
  }
  if (items === undefined || items.length === 0) {
    for (const [key, content] of data) put(key, content);
    return;
  }
  for (const { key, path, mode } of items) {
    const content = data.get(key);
    if (content !== undefined) put(path, content, mode);
    else if (!optional) throw new VolumeError(`${kind} references non-existent config key: ${key}`);
  }
}
