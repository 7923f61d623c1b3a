import { timestamp, type UnknownObject } from '../../meta/object.ts';
import { own } from '../../meta/own.ts';
import { StatusError } from '../../meta/status-error.ts';
import type { DeleteOptions } from '../request/options.ts';
import type { StoredObject, WriteOutcome } from '../storage/contract.ts';
import { type Answer, admissionRequest, type RegistryDeps, type Scope, subjectOf } from './context.ts';
import type { ResourceDefinition } from './contract.ts';
import { deleteStored, isHeld } from './delete-stored.ts';
import { MAX_RACES, outcomeError, writeOne } from './outcome.ts';
import { pass } from './pipeline.ts';
import { countsGeneration } from './prepare.ts';
import { objectKey, parseStored, storedBody, updateWrite } from './stored-form.ts';
import type { Passed } from './writing.ts';

const ORPHAN = 'orphan';
const FOREGROUND = 'foregroundDeletion';

const PROPAGATION_FINALIZERS: Readonly<Record<string, string>> = { Orphan: ORPHAN, Foreground: FOREGROUND };

export interface Deleted extends Answer {
  /** False while finalizers or a grace period keep the object. */
  gone: boolean;
}

/**
 * Deletes an object, or begins to: with finalizers or a grace period it only gets a deletionTimestamp. Throws NotFound,
 * and Conflict for a precondition that does not hold. `passed`: the deletion was admitted as something else (an eviction).
 */
export async function deleteObject(
  deps: RegistryDeps,
  scope: Scope,
  name: string,
  options: DeleteOptions,
  passed?: Passed,
): Promise<Deleted> {
  const stored = await deps.store.get(scope.tenant, objectKey(scope.definition, scope.namespace, name));
  if (stored === undefined) throw StatusError.notFound(subjectOf(scope.definition), name);
  return deleteFrom(deps, scope, stored, options, passed);
}

/** As deleteObject, starting from a state that was read already. */
export async function deleteFrom(
  deps: RegistryDeps,
  scope: Scope,
  start: StoredObject,
  options: DeleteOptions,
  passed?: Passed,
): Promise<Deleted> {
  let stored = start;
  for (let races = 0; ; races++) {
    const old = parseStored(scope.definition, stored);
    checkPreconditions(scope, old, options);
    const request = admissionRequest(scope, 'DELETE', stored.name, '', options);
    request.old = old;
    const { outcome, answer } = await attempt(deps, scope, passed ?? (await pass(deps, request)), stored, old, options);
    if (answer !== undefined) return answer;
    if (outcome.result !== 'conflict' || races >= MAX_RACES) throw outcomeError(scope, stored.name, outcome);
    stored = outcome.current;
  }
}

function checkPreconditions(scope: Scope, old: UnknownObject, options: DeleteOptions): void {
  const { uid, resourceVersion } = options.preconditions ?? {};
  const { metadata } = old;
  const subject = subjectOf(scope.definition);
  const name = metadata.name ?? '';
  if (uid != null && uid !== metadata.uid) {
    throw StatusError.conflict(
      subject,
      name,
      `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${metadata.uid ?? ''}`,
    );
  }
  if (resourceVersion != null && resourceVersion !== metadata.resourceVersion) {
    throw StatusError.conflict(
      subject,
      name,
      `Precondition failed: ResourceVersion in precondition: ${resourceVersion}, ResourceVersion in object meta: ${metadata.resourceVersion ?? ''}`,
    );
  }
}

interface Attempt {
  outcome: WriteOutcome;
  answer?: Deleted;
}

async function attempt(
  deps: RegistryDeps,
  scope: Scope,
  passed: Passed,
  stored: StoredObject,
  old: UnknownObject,
  options: DeleteOptions,
): Promise<Attempt> {
  const { definition } = scope;
  const object: UnknownObject = { ...old, metadata: { ...old.metadata } };
  setPropagation(definition, object, options);
  const { grace, pending } = setDeletion(deps, definition, object, options);
  const held = isHeld(definition, object);
  definition.strategy.beginDeletion?.(object, old, held);

  if (!pending && grace === 0 && !held) {
    const outcome = await deleteStored(deps, scope, passed, stored, options.dryRun);
    if (outcome.result !== 'ok') return { outcome };
    return { outcome, answer: { definition, stored: { ...stored, revision: outcome.revision }, gone: true } };
  }
  const body = storedBody(definition, object);
  const outcome: WriteOutcome =
    options.dryRun || body === stored.body
      ? { result: 'ok', revision: stored.revision }
      : await writeOne(deps, scope, passed, updateWrite(scope.surface, definition, stored, object, body));
  if (outcome.result !== 'ok') return { outcome };
  return { outcome, answer: { definition, stored: { ...stored, body, revision: outcome.revision }, gone: false } };
}

/**
 * Sets deletionTimestamp and grace period. `pending`: a deletion with a grace period is under way and this one does not
 * shorten it.
 */
function setDeletion(
  deps: RegistryDeps,
  definition: ResourceDefinition,
  object: UnknownObject,
  options: DeleteOptions,
): { grace: number; pending: boolean } {
  const { metadata } = object;
  const asked = definition.strategy.deletionGracePeriodSeconds?.(object, options.gracePeriodSeconds) ?? 0;
  if (metadata.deletionTimestamp === undefined) {
    metadata.deletionTimestamp = after(deps.now().getTime(), asked);
    metadata.deletionGracePeriodSeconds = asked;
    if (countsGeneration(definition)) metadata.generation = (metadata.generation ?? 0) + 1;
    return { grace: asked, pending: false };
  }
  const current = metadata.deletionGracePeriodSeconds ?? 0;
  if (current === 0) return { grace: 0, pending: false };
  // Deleting again without a word on the grace period keeps the one that runs.
  if (asked !== 0 && (options.gracePeriodSeconds === undefined || asked >= current)) {
    return { grace: current, pending: true };
  }
  const began = Date.parse(metadata.deletionTimestamp) - Number(current) * 1000;
  metadata.deletionTimestamp = after(began, asked);
  metadata.deletionGracePeriodSeconds = asked;
  return { grace: asked, pending: false };
}

/** The last time that RFC 3339 can write: a grace period may be any int64, and the times of Date end much earlier. */
const LAST_TIME = Date.UTC(9999, 11, 31, 23, 59, 59);

function after(milliseconds: number, seconds: number): string {
  return timestamp(new Date(Math.min(Math.max(milliseconds + Number(seconds) * 1000, 0), LAST_TIME)));
}

/** The garbage collector's finalizers, from the propagation policy (upstream's deletionFinalizersForGarbageCollection). */
function setPropagation(definition: ResourceDefinition, object: UnknownObject, options: DeleteOptions): void {
  const finalizers = object.metadata.finalizers ?? [];
  const wanted = wantedFinalizer(definition, finalizers, options);
  const next = finalizers.filter((each) => (each !== ORPHAN && each !== FOREGROUND) || each === wanted);
  if (wanted !== undefined && !next.includes(wanted)) next.push(wanted);
  if (next.length === 0) delete object.metadata.finalizers;
  else object.metadata.finalizers = next;
}

function wantedFinalizer(
  definition: ResourceDefinition,
  finalizers: readonly string[],
  { orphanDependents, propagationPolicy }: DeleteOptions,
): string | undefined {
  if (orphanDependents !== undefined) return orphanDependents ? ORPHAN : undefined;
  if (propagationPolicy !== undefined) {
    return own(PROPAGATION_FINALIZERS, propagationPolicy);
  }
  const present = finalizers.find((each) => each === ORPHAN || each === FOREGROUND);
  if (present !== undefined) return present;
  return definition.strategy.defaultPropagation === 'Orphan' ? ORPHAN : undefined;
}
