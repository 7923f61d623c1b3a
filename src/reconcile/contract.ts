/**
 * Controllers without resident processes. The change log is the event source: a dispatcher maps each change to keys with
 * pure functions and adds them to the work table; workers claim keys and reconcile. Level-based, idempotent, at least
 * once; one key of one controller runs once at a time; a crash loses nothing.
 */
import type { ChangeReader, Client, OwnershipReader } from '../client/contract.ts';
import type { KubeObject } from '../meta/object.ts';

/** A change as controllers see it. `object` is the state after (the last state for DELETED), parsed once on demand. */
export interface ObservedChange {
  /** Group-resource, e.g. "replicasets.apps". */
  resource: string;
  namespace: string;
  name: string;
  type: 'ADDED' | 'MODIFIED' | 'DELETED';
  object: KubeObject;
  previous?: KubeObject;
}

/** "namespace/name", or any string a controller chooses; unique within the controller. */
export type Key = string;

export type Result =
  | { outcome: 'done' }
  /** Run again after `seconds`, whether or not something changes (earlier when something does). */
  | { outcome: 'after'; seconds: number };

export const DONE: Result = { outcome: 'done' };

/** Throwing retries with backoff; throwing TerminalError logs and drops the key until the next change. */
export class TerminalError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'TerminalError';
  }
}

export interface EventRecorder {
  /** Records a core/v1 Event, aggregated by count as client-go does. Never throws. */
  event(about: KubeObject, type: 'Normal' | 'Warning', reason: string, message: string): Promise<void>;
}

export interface ReconcileContext {
  tenant: string;
  /** Acts as the controller's own service account in kube-system. */
  client: Client;
  ownership: OwnershipReader;
  changes: ChangeReader;
  events: EventRecorder;
  /** Makes other keys of this controller due at once: how a change that concerns unknown keys fans out. */
  enqueue(keys: readonly Key[]): Promise<void>;
  /**
   * Work that others need not wait for, such as telling of what was done: begun when there is room for it, ended before
   * the process ends in order, lost when it is killed. It must not throw.
   */
  defer(work: () => Promise<void>): void;
  now(): Date;
  signal: AbortSignal;
}

export interface Controller {
  /** Name in the work table; the service account is system:serviceaccount:kube-system:<name> unless given. */
  name: string;
  /** Upstream runs some controllers as another's service account. */
  serviceAccount?: string;
  /** The source component of its events. Default: the name. */
  eventSource?: string;
  /** Differs whenever what is already there has to be looked at again, say because of another option. */
  generation?: string;
  /** Group-resources whose changes it wants to see; "*" means all. */
  watches: readonly string[];
  /** Pure: which keys a change touches. */
  keys(change: ObservedChange): Key[];
  reconcile(context: ReconcileContext, key: Key): Promise<Result>;
}
