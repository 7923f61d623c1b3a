/** What all pod workers of a node share. */
import type { HttpClient } from '../../src/client/http.ts';
import type { Pod } from '../../src/client/resources.ts';
import type { RunProbe } from '../probes/contract.ts';
import type { Runtime } from '../runtime/contract.ts';
import type { PodVolumes } from '../volumes/contract.ts';
import type { NodeFacts } from '../volumes/downward.ts';
import type { SourceFollower } from '../volumes/follow.ts';
import type { ObjectStore } from '../volumes/objects.ts';
import type { EventRecorder } from './events.ts';
import type { ImagePuller } from './image.ts';
import type { ServiceView } from './service-env.ts';

export interface PodContext {
  client: HttpClient;
  runtime: Runtime;
  volumes: PodVolumes;
  objects: ObjectStore;
  /** Of what running pods' volumes are made from. */
  follower: SourceFollower;
  images: ImagePuller;
  events: EventRecorder;
  probe: RunProbe;
  node: NodeFacts;
  /** Holds the seccomp profiles that pods may name (type Localhost). */
  seccompFolder: string;
  services: ServiceView & { readonly synced: boolean };
  network: {
    /** Undefined when pods may have a network; else why they may not yet. */
    notReady(): string | undefined;
    /** After a sandbox has joined. */
    sandboxStarted(): Promise<void>;
  };
  log: Log;
  /** The pod has ended and nothing of it is left. */
  onGone(pod: Pod): void;
}

export interface Log {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}
