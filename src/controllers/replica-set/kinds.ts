/** The two kinds that keep a number of pods. They differ in the form of their selector only, as upstream has it. */
import type { ResourceRef } from '../../client/contract.ts';
import {
  REPLICA_SETS,
  REPLICATION_CONTROLLERS,
  type ReplicaSet,
  type ReplicationController,
} from '../../client/resources.ts';
import type { LabelSelector } from '../../meta/selectors.ts';

export type Replicated = ReplicaSet | ReplicationController;

export interface ReplicatedKind {
  /** Of the controller, and of its service account. */
  name: string;
  resource: ResourceRef<Replicated>;
  selectorOf(owner: Replicated): LabelSelector;
}

export const REPLICA_SET: ReplicatedKind = {
  name: 'replicaset-controller',
  resource: REPLICA_SETS,
  selectorOf: ({ spec }) => (spec?.selector ?? {}) as LabelSelector,
};

export const REPLICATION_CONTROLLER: ReplicatedKind = {
  name: 'replication-controller',
  resource: REPLICATION_CONTROLLERS,
  selectorOf: ({ spec }) => ({ matchLabels: (spec?.selector ?? {}) as Record<string, string> }),
};
