/**
 * The work table as the engine sees it. All times are the database's, so that replicas with skewed clocks agree; the
 * engine gets durations. The Postgres implementation is postgres/queue.ts.
 */
import type { Key } from './contract.ts';

export interface WorkKey {
  controller: string;
  key: Key;
}

/** A claimed key: nobody else may run it until its lease ends. */
export interface WorkItem extends WorkKey {
  tenant: string;
  /** Grows with each change of the key, so that one during a run is noticed when it ends. */
  version: number;
  /** Failures in a row so far. */
  attempts: number;
  /** Random, new with each claim: extending and finishing do nothing once somebody else holds the key. */
  claim: string;
}

export type Finish =
  | { kind: 'done' }
  /** Due again in `seconds`. */
  | { kind: 'after'; seconds: number }
  /** Failed; due again in `seconds`, with one more attempt counted. */
  | { kind: 'retry'; seconds: number; error: string }
  /** Given back unfinished: due at once, nothing counted. */
  | { kind: 'release' };

/** How many keys a tenant may have claimed for it. */
export interface Share {
  tenant: string;
  limit: number;
}

/** How far a tenant's changes were dispatched, and to which controllers, by their identities. */
export interface Progress {
  revision: number;
  /** Have seen every object and every change up to the revision. */
  seen: readonly number[];
}

export interface WorkQueue {
  /** The revision through which a tenant's changes were dispatched; undefined before the first time. */
  cursor(tenant: string): Promise<number | undefined>;
  /** The farthest cursor of other sets of controllers (another release's): where a new set may begin. */
  predecessor(tenant: string): Promise<Progress | undefined>;
  /**
   * Moves the cursor from `from` to `through` and makes the keys due, in one transaction. False, and nothing happens, if
   * the cursor is not at `from` any more: somebody else dispatched these changes.
   */
  advance(tenant: string, from: number | undefined, through: number, keys: readonly WorkKey[]): Promise<boolean>;
  /** Makes the keys due now. */
  enqueue(tenant: string, keys: readonly WorkKey[]): Promise<void>;
  /** Makes the key due now in root and every other tenant, not suspended, that has an object of the resource. */
  enqueueEverywhere(work: WorkKey, resource: string): Promise<void>;
  /**
   * Due keys of these controllers, of each tenant at most its share. A tenant's controllers take turns, so that a long
   * queue of one does not hold up the others.
   */
  claim(controllers: readonly string[], shares: readonly Share[], leaseSeconds: number): Promise<WorkItem[]>;
  /** Tenants that have due keys of these controllers. One probe of an index a tenant that has any keys. */
  due(controllers: readonly string[]): Promise<string[]>;
  /** False when the claim was lost. */
  extend(item: WorkItem, leaseSeconds: number): Promise<boolean>;
  /** True when the key changed during the run and is due again at once. */
  finish(item: WorkItem, outcome: Finish): Promise<boolean>;
  /** Seconds until the next key of these controllers is due or its lease ends (0 or less: now); undefined: never. */
  secondsToNext(controllers: readonly string[], tenant: string | undefined): Promise<number | undefined>;
  /** Tenants that are not suspended and have changes which were not dispatched. */
  behind(): Promise<string[]>;
  /** Resources of which the tenant has objects. */
  resources(tenant: string): Promise<string[]>;
  /** Takes the tenant's drain lease. Undefined: another drain has it and has been told to look again before it ends. */
  beginDrain(tenant: string, leaseSeconds: number): Promise<DrainLease | undefined>;
  /**
   * Gives the lease up if, in the same statement, nothing is left: no change undispatched, no key due, nobody turned
   * away meanwhile. Otherwise false, and the lease is kept for `leaseSeconds` more.
   */
  endDrain(lease: DrainLease, controllers: readonly string[], leaseSeconds: number): Promise<boolean>;
  /** Gives the lease up although work may be left. */
  abandonDrain(lease: DrainLease): Promise<void>;
}

export interface DrainLease {
  tenant: string;
  claim: string;
}
