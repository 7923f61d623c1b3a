/** What the stages of a write hand on. */
import type { ManagedFieldsEntry, UnknownObject } from '../../meta/object.ts';
import type { AdmissionRequest } from '../admission/contract.ts';
import type { WriteOptions } from '../request/options.ts';
import type { StoredObject, WriteOutcome } from '../storage/contract.ts';
import type { Answer, RegistryDeps, Scope } from './context.ts';
import type { StrategyContext } from './contract.ts';
import type { Identity } from './prepare.ts';

declare const proof: unique symbol;

/** Proof that admission let a request pass. Nothing but the pipeline makes one, so no effect can be had past it. */
export interface Passed {
  readonly [proof]: true;
}

/** One write, from what a client asked for to the store. */
export interface Writing {
  deps: RegistryDeps;
  scope: Scope;
  /** '' for a new object, whose name is in it. */
  name: string;
  /** '' for the object itself. */
  subresource: string;
  options: WriteOptions;
  change: Change;
  /** Set by actions: what was posted has passed in the object's place. */
  passed?: Passed;
}

export interface Changed {
  object: UnknownObject;
  /** The caller named the resourceVersion it saw: a lost race is refused. */
  conditional: boolean;
  /** Who owns which fields after an apply, which knows. */
  owners?: readonly ManagedFieldsEntry[];
}

/**
 * Makes the wanted object, decoded, from the current one, which it must not change; both are of the subresource's kind.
 * There is no current one for a creation. `whole` is the object of which `current` is what the subresource shows. Called
 * again with newer state after a lost race.
 */
export type Change = (
  current: UnknownObject | undefined,
  context: StrategyContext,
  whole: UnknownObject | undefined,
) => Changed;

/** The write as far as it has come. */
export interface Draft {
  /** As it will be stored. */
  object: UnknownObject;
  conditional: boolean;
  /** What is there; both absent for a creation. */
  stored?: StoredObject;
  old?: UnknownObject;
  owners?: readonly ManagedFieldsEntry[];
  /** What a creation gives the object and nobody may change. */
  identity?: Identity;
  /** What admission is asked: of the object, or of the view that was written. */
  request: AdmissionRequest;
}

export interface Attempt {
  outcome: WriteOutcome;
  /** Set when the write was made, or was not needed. */
  answer?: Answer;
  conditional?: boolean;
}
