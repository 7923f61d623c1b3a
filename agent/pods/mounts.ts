/** Pure: a container's volumeMounts, as far as they are known before the volumes' content is looked at. */
import type { MountedVolume } from '../volumes/contract.ts';
import { ConfigError } from './environment.ts';
import { expandStrictly } from './expand.ts';
import type { Container } from './types.ts';

export interface PlannedMount {
  volume: string;
  /** Of the mount in the container's list. */
  index: number;
  /** The volume's own path. */
  source: string;
  /** '' for all of the volume. */
  subPath: string;
  target: string;
  readOnly: boolean;
}

/** Throws ConfigError, in the kubelet's words, for a subPath that cannot be meant. */
export function planMounts(
  container: Container,
  volumes: ReadonlyMap<string, MountedVolume>,
  env: ReadonlyMap<string, string>,
): PlannedMount[] {
  return (container.volumeMounts ?? []).map(({ name, mountPath, subPath, subPathExpr, readOnly }, index) => {
    const volume = volumes.get(name);
    if (volume === undefined) throw new ConfigError(`volume ${JSON.stringify(name)} is not mounted`);
    const below = subPathExpr ? expandStrictly(subPathExpr, (variable) => env.get(variable)) : (subPath ?? '');
    if (below.startsWith('/')) throw new ConfigError(`error SubPath \`${below}\` must not be an absolute path`);
    if (below.split('/').includes('..')) {
      throw new ConfigError(`unable to provision SubPath \`${below}\`: must not contain '..'`);
    }
    return {
      volume: name,
      index,
      source: volume.path,
      subPath: below,
      target: mountPath.startsWith('/') ? mountPath : `/${mountPath}`,
      readOnly: volume.readOnly || (readOnly ?? false),
    };
  });
}
