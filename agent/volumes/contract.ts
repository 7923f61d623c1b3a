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

export interface MountedVolume {
  /** Folder or file on the machine. */
  path: string;
  /** No container may write to it, whatever its mount says. */
  readOnly: boolean;
}

export interface MountedVolumes {
  /** By volume name. */
  volumes: ReadonlyMap<string, MountedVolume>;
  /** Milliseconds since the epoch at which mounting again renews something (a token). */
  renewAt?: number;
  /** Mounting again when one of these has changed brings the volumes up to date. */
  sources: readonly MountedSource[];
}

/** One volumeMount with a subPath. */
export interface SubPathMount {
  volume: string;
  container: string;
  /** Of the mount in the container's list. */
  index: number;
  /** The volume's own path. */
  source: string;
  /** Relative, without `..`. */
  subPath: string;
}

export interface PodVolumes {
  /** Idempotent; writes again only what has changed. Throws VolumeError naming the volume. */
  mount(pod: Pod): Promise<MountedVolumes>;
  /**
   * A path to give to the runtime, leading to what the subPath is now, whatever becomes of the volume's content. Folders
   * that are missing are made. Throws VolumeError; its cause is not for the pod's owner.
   */
  bindSubPath(podUid: string, mount: SubPathMount): Promise<string>;
  /** Unmounts and removes everything of a pod that has ended. Throws when something is busy; nothing is lost then. */
  unmount(podUid: string): Promise<void>;
  /** Uids of pods that have folders, for finding leftovers. */
  known(): Promise<string[]>;
}

export interface SetUpVolume extends MountedVolume {
  /** As those of MountedVolumes. */
  renewAt?: number;
  sources?: readonly MountedSource[];
}

/** How the volumes of one type come to be. What is set up at `target` is unmounted and removed with the pod. */
export interface VolumePlugin {
  /**
   * Idempotent: also called to renew what runs. `target` is the volume's own folder, below a path that only root can change;
   * it need not be there yet. Throws with a reason for the FailedMount event.
   */
  setUp(pod: Pod, volume: PodVolume, target: string): Promise<SetUpVolume>;
}

export interface ObjectReference {
  resource: 'configmaps' | 'secrets';
  namespace: string;
  name: string;
}

/** ConfigMaps and Secrets as the pod's node sees them; last known ones while the API is away. */
export interface ObjectSource {
  configMap(namespace: string, name: string): Promise<KeyedObject | undefined>;
  secret(namespace: string, name: string): Promise<KeyedObject | undefined>;
}

export interface KeyedObject {
  data: KeyedData;
  resourceVersion: string;
  immutable: boolean;
}

export type KeyedData = ReadonlyMap<string, Uint8Array>;

/** What a volume's content was made from, as far as it may change. */
export interface MountedSource extends ObjectReference {
  /** Undefined: there was none, and the pod can do without. */
  resourceVersion: string | undefined;
}

export interface TokenSource {
  /** A token bound to the pod, with when it ends. */
  token(pod: Pod, audience: string | undefined, seconds: number): Promise<{ token: string; expires: number }>;
}
