/** How the volumes of a pod come to be folders on the machine. */
import type { Pod } from '../../src/client/resources.ts';

export type PodVolume = NonNullable<NonNullable<Pod['spec']>['volumes']>[number];

/** A volume cannot be had: for the FailedMount event, in words for its reader. */
export class VolumeError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'VolumeError';
  }
}

export interface MountedVolumes {
  /** Folder or file on the machine, by volume name. */
  paths: ReadonlyMap<string, string>;
  /** Milliseconds since the epoch at which mounting again renews something (a token). */
  renewAt?: number;
}

export interface PodVolumes {
  /** Idempotent; writes again only what has changed. Throws VolumeError naming the volume. */
  mount(pod: Pod): Promise<MountedVolumes>;
  /** Makes a subPath's folder when there is nothing there yet. */
  prepareMount(source: string): Promise<void>;
  /** Removes everything of a pod that has ended. */
  unmount(podUid: string): Promise<void>;
  /** Uids of pods that have folders, for finding leftovers. */
  known(): Promise<string[]>;
}

/** ConfigMaps and Secrets as the pod's node sees them; last known ones while the API is away. */
export interface ObjectSource {
  configMap(namespace: string, name: string): Promise<KeyedData | undefined>;
  secret(namespace: string, name: string): Promise<KeyedData | undefined>;
}

export type KeyedData = ReadonlyMap<string, Uint8Array>;

export interface TokenSource {
  /** A token bound to the pod, with when it ends. */
  token(pod: Pod, audience: string | undefined, seconds: number): Promise<{ token: string; expires: number }>;
}
