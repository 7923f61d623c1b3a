/** configMap, secret, downwardAPI and projected volumes are one thing: files from sources. */
import type { Pod } from '../../src/client/resources.ts';
import { type ProjectedFile, writeProjectedFolder } from '../host/atomic-writer.ts';
import {
  type KeyedData,
  type ObjectSource,
  type PodVolume,
  type TokenSource,
  VolumeError,
  type VolumePlugin,
} from './contract.ts';
import { fieldValue, resourceValue } from './downward.ts';
import { renewalOf } from './objects.ts';

type Source = NonNullable<NonNullable<PodVolume['projected']>['sources']>[number];

interface Projection {
  defaultMode: number;
  sources: readonly Source[];
}

const DEFAULT_TOKEN_SECONDS = 3600;

export function createProjections(objects: ObjectSource, tokens: TokenSource): VolumePlugin {
  return {
    async setUp(pod, volume, target) {
      const { files, renewAt } = await projectSources(pod, projectionOf(volume), objects, tokens);
      await writeProjectedFolder(target, files);
      return { path: target, readOnly: true, ...(renewAt === undefined ? {} : { renewAt }) };
    },
  };
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
  objects: ObjectSource,
  tokens: TokenSource,
): Promise<{ files: ProjectedFile[]; renewAt?: number }> {
  const files = new Map<string, ProjectedFile>();
  const namespace = pod.metadata.namespace ?? '';
  let renewAt: number | undefined;
  const put = (path: string, content: Uint8Array, mode = defaultMode) => {
    if (path.startsWith('/') || path.split('/').includes('..')) throw new VolumeError(`invalid path ${path}`);
    files.set(path, { path, content, mode });
  };
  for (const { configMap, secret, downwardAPI, serviceAccountToken, ...others } of sources) {
    if (configMap) {
      const data = await objects.configMap(namespace, configMap.name ?? '');
      project('configmap', configMap, data, put);
    } else if (secret) {
      const data = await objects.secret(namespace, secret.name ?? '');
      project('secret', secret, data, put);
    } else if (downwardAPI) {
      for (const item of downwardAPI.items ?? []) {
        const value = item.fieldRef
          ? fieldValue(pod, item.fieldRef.fieldPath)
          : item.resourceFieldRef && resourceValue(pod, item.resourceFieldRef, undefined);
        put(item.path, Buffer.from(value ?? ''), item.mode);
      }
    } else if (serviceAccountToken) {
      const seconds = serviceAccountToken.expirationSeconds ?? DEFAULT_TOKEN_SECONDS;
      const { token, expires } = await tokens.token(pod, serviceAccountToken.audience || undefined, seconds);
      put(serviceAccountToken.path, Buffer.from(token));
      renewAt = Math.min(renewAt ?? Number.POSITIVE_INFINITY, renewalOf(Date.now(), expires));
    } else {
      throw new VolumeError(`projected sources of type ${Object.keys(others)[0]} are not supported by this node`);
    }
  }
  return { files: [...files.values()], ...(renewAt === undefined ? {} : { renewAt }) };
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
