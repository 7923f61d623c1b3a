import { deepEqual } from '../../meta/equal.ts';
import { parseOwnJson } from '../../meta/json.ts';
import type { UnknownObject } from '../../meta/object.ts';
import { StatusError } from '../../meta/status-error.ts';
import type { StoredObject, WriteOutcome } from '../storage/contract.ts';
import { type Allocation, allocationState, writeWithClaims } from './allocation.ts';
import { type Answer, admissionRequest, type RegistryDeps, type Scope, strategyContext, subjectOf } from './context.ts';
import type { AllocationAttempt, StrategyContext } from './contract.ts';
import { create } from './create.ts';
import { deleteStored, isReadyToDelete } from './delete-stored.ts';
import { type Passed, pass } from './door.ts';
import { MAX_RACES, outcomeError, writeOne } from './outcome.ts';
import { changesSpec, countGeneration, prepareMetadataForUpdate, setDefaults, updateErrors } from './prepare.ts';
import { newBody, objectKey, parseStored, storedBody, updateWrite } from './stored-form.ts';

export interface UpdateOptions {
  dryRun: boolean;
  /** '' for the object itself, or the subresource through which it is changed. */
  subresource: string;
}

export interface Changed {
  object: UnknownObject;
  /** The caller named the resourceVersion it saw: a lost race is refused. */
  conditional: boolean;
  /**
   * Set by subresources of a kind of their own (binding, scale), whose object it was that passed the door. Default: the
   * changed object is admitted as an update.
   */
  passed?: Passed;
}

/** Makes the wanted object from the stored one, which it must not change. Called again with newer state after a lost race. */
export type Change = (current: UnknownObject) => Changed | Promise<Changed>;

export interface ReplaceOptions extends UpdateOptions {
  /** Throws unless the caller may create the object too: asked where an update of one that is not there makes it. */
  authorizeCreate(): Promise<void>;
}

/** Replaces an object by one that a client sent. Throws NotFound, Conflict, Invalid, BadRequest, Forbidden. */
export async function update(
  deps: RegistryDeps,
  scope: Scope,
  name: string,
  object: UnknownObject,
  options: ReplaceOptions,
): Promise<Answer> {
  matchName(object, name);
  const text = JSON.stringify(object);
  let first = true;
  const replace: Change = (current) => {
    // The first attempt may consume the client's object; a retry starts from what was sent.
    const wanted = first ? object : (parseOwnJson(text) as UnknownObject);
    first = false;
    const version = wanted.metadata.resourceVersion;
    const conditional = version !== undefined && version !== '' && version !== '0';
    if (conditional && version !== current.metadata.resourceVersion) {
      throw StatusError.modified(subjectOf(scope.definition), name);
    }
    return { object: wanted, conditional };
  };
  try {
    return await updateWith(deps, scope, name, replace, options);
  } catch (error) {
    const creates = scope.definition.strategy.allowCreateOnUpdate === true && options.subresource === '';
    const absent = error instanceof StatusError && error.reason === 'NotFound' && error.status.details?.name === name;
    if (!creates || !absent || !first) throw error;
    if (object.metadata.resourceVersion || object.metadata.uid) throw error;
    await options.authorizeCreate();
    return { ...(await create(deps, scope, object, options)), created: true };
  }
}

function matchName(object: UnknownObject, name: string): void {
  const given = object.metadata.name;
  if (given === undefined || given === '') {
    throw StatusError.badRequest(
      `the name of the object (${name} based on URL) was undeterminable: name must be provided`,
    );
  }
  if (given !== name) {
    throw StatusError.badRequest(`the name of the object (${given}) does not match the name on the URL (${name})`);
  }
}

/** Reads, changes, defaults, admits, validates and writes, again from the newer state while others win the race. */
export async function updateWith(
  deps: RegistryDeps,
  scope: Scope,
  name: string,
  change: Change,
  options: UpdateOptions,
): Promise<Answer> {
  const key = objectKey(scope.definition, scope.namespace, name);
  let stored = await deps.store.get(scope.tenant, key);
  const context = await strategyContext(deps, scope, deps.now(), options.dryRun);
  for (let races = 0; ; races++) {
    if (stored === undefined) throw StatusError.notFound(subjectOf(scope.definition), name);
    const { outcome, answer, conditional } = await attempt(deps, scope, context, stored, change, options);
    if (answer !== undefined) return answer;
    if (outcome.result !== 'conflict' || conditional || races >= MAX_RACES) throw outcomeError(scope, name, outcome);
    stored = outcome.current;
  }
}

interface Attempt {
  outcome: WriteOutcome;
  /** Set when the write was made, or was not needed. */
  answer?: Answer;
  conditional: boolean;
}

async function attempt(
  deps: RegistryDeps,
  scope: Scope,
  context: StrategyContext,
  stored: StoredObject,
  change: Change,
  options: UpdateOptions,
): Promise<Attempt> {
  const { definition } = scope;
  const { strategy } = definition;
  const old = parseStored(definition, stored);
  const { object, conditional, passed: passedBefore } = await change(old);

  prepareMetadataForUpdate(scope, object, old, options.subresource);
  setDefaults(definition, object);
  const request = admissionRequest(scope, 'UPDATE', stored.name, options.subresource, options.dryRun);
  request.object = object;
  request.old = old;
  const prepare = () => {
    if (changesSpec(options.subresource)) {
      strategy.prepareForUpdate?.(context, object, old);
      countGeneration(definition, object, old);
    } else if (options.subresource === 'status') {
      strategy.prepareForStatusUpdate?.(context, object, old);
    }
    const errors = updateErrors(definition, object, old, options.subresource);
    if (errors.length > 0) throw StatusError.invalid(definition, stored.name, errors);
  };
  if (passedBefore !== undefined) prepare();
  const passed = passedBefore ?? (await pass(deps, request, prepare));
  for (const warning of strategy.warnings?.(object, old) ?? []) scope.warn(warning);

  if (isReadyToDelete(definition, object, old)) {
    const outcome = await deleteStored(deps, scope, passed, stored, options.dryRun);
    if (outcome.result !== 'ok') return { outcome, conditional };
    const body = storedBody(definition, object);
    return { outcome, conditional, answer: { definition, stored: { ...stored, body } } };
  }

  let body = '';
  const unchanged = (): boolean => {
    body = newBody(definition, object);
    if (body === stored.body) return true;
    object.metadata.resourceVersion = String(stored.revision);
    return deepEqual(object, old);
  };
  const allocate =
    changesSpec(options.subresource) && strategy.allocate !== undefined
      ? (each: AllocationAttempt): Allocation => strategy.allocate?.(context, object, old, each) ?? {}
      : undefined;
  const outcome = await writeWithClaims(scope, stored.name, allocationState(), allocate, async (claims) => {
    if (unchanged() || options.dryRun) return { result: 'ok', revision: stored.revision };
    return writeOne(deps, scope, passed, updateWrite(scope.surface, definition, stored, object, body, claims));
  });
  if (outcome.result !== 'ok') return { outcome, conditional };
  return { outcome, conditional, answer: { definition, stored: { ...stored, body, revision: outcome.revision } } };
}
