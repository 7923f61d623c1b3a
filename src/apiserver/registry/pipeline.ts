/**
 * How a write comes about, in named stages: whatever a client sends to an object or a subresource, by whichever verb, goes
 * through `attempt`. Nothing is stored, deleted, issued or answered but after admission, and proves it (`Passed`).
 */
import { cloneJson } from '../../meta/clone.ts';
import type { UnknownObject } from '../../meta/object.ts';
import { StatusError } from '../../meta/status-error.ts';
import type { AdmissionRequest } from '../admission/contract.ts';
import type { StoredObject } from '../storage/contract.ts';
import { type Answer, admissionRequest, type RegistryDeps, strategyContext, subjectOf } from './context.ts';
import type { BodyKind, StrategyContext } from './contract.ts';
import { decode } from './decode.ts';
import { MAX_RACES, outcomeError } from './outcome.ts';
import { ownFields } from './own-fields.ts';
import {
  countGeneration,
  createErrors,
  newIdentity,
  prepareMetadataForCreate,
  prepareMetadataForUpdate,
  setDefaults,
  updateErrors,
} from './prepare.ts';
import { objectKey, parseStored } from './stored-form.ts';
import { hasStatus, type Through, through, withPart } from './subresource.ts';
import { replace, storeNew } from './write-object.ts';
import type { Attempt, Draft, Passed, Writing } from './writing.ts';

const PASSED = Object.freeze({}) as Passed;

/** The stages of a write, in order. */
async function attempt(writing: Writing, context: StrategyContext, stored?: StoredObject): Promise<Attempt> {
  const by = through(writing.scope.definition, writing.subresource);
  const draft = change(writing, context, by, stored);
  shape(writing, by, draft);
  await mutate(writing, by, draft);
  prepare(writing, context, by, draft);
  ownFields(writing, context, by, draft);
  validate(writing, by, draft);
  const passed = await admit(writing, draft);
  return store(writing, context, by, draft, passed);
}

/** Decodes what is stored, and makes of it what is wanted. */
function change(writing: Writing, context: StrategyContext, by: Through, stored: StoredObject | undefined): Draft {
  const { scope, name, subresource, options } = writing;
  const { definition } = scope;
  const old = stored === undefined ? undefined : parseStored(definition, stored);
  const shown = by?.by === 'view' && old !== undefined ? by.read(old) : old;
  const { object, conditional, owners } = writing.change(shown, context, old);
  const request = admissionRequest(scope, old === undefined ? 'CREATE' : 'UPDATE', name, subresource, options);
  request.object = object;
  if (shown !== undefined) request.old = shown;
  return {
    object,
    conditional,
    request,
    ...(owners === undefined ? {} : { owners }),
    ...(stored === undefined || old === undefined ? { identity: newIdentity(writing.deps.now()) } : { stored, old }),
  };
}

/** Takes back what a client may not choose, and fills in defaults. Of a view nothing: its object is shaped when it is known. */
function shape(writing: Writing, by: Through, draft: Draft): void {
  if (by?.by === 'view') return;
  shapeObject(writing, by, draft);
  draft.request.object = draft.object;
  draft.request.name = draft.object.metadata.name ?? '';
}

function shapeObject({ scope }: Writing, by: Through, draft: Draft): void {
  const { definition } = scope;
  const { old, identity } = draft;
  if (identity !== undefined) {
    prepareMetadataForCreate(scope, draft.object, identity);
    if (hasStatus(definition) && definition.strategy.keepsStatusOnCreate !== true) delete draft.object.status;
  } else if (old !== undefined) {
    prepareMetadataForUpdate(scope, draft.object, old);
    if (by?.by === 'part') draft.object = withPart(draft.object, old, by);
    else if (by === undefined && hasStatus(definition)) {
      if (old.status === undefined) delete draft.object.status;
      else draft.object.status = old.status;
    }
  }
  setDefaults(definition, draft.object);
}

/** Lets admission change the object. What came from outside of this program is shaped again. */
async function mutate(writing: Writing, by: Through, draft: Draft): Promise<void> {
  if (writing.passed !== undefined) return;
  const { request } = draft;
  request.reshape = (given) => {
    const object = reshaped(kindOf(writing, by), given);
    if (by?.by === 'view') return object;
    const again = { ...draft, object };
    shapeObject(writing, by, again);
    return again.object;
  };
  await writing.deps.admission.admit(request);
  if (by?.by !== 'view' && request.object !== undefined) draft.object = request.object;
}

function reshaped(kind: BodyKind, value: unknown): UnknownObject {
  return decode(kind, { value, duplicates: [] }, 'Ignore', () => {});
}

/** What the kind itself sets. A view becomes the object that it is of, changed. */
function prepare(writing: Writing, context: StrategyContext, by: Through, draft: Draft): void {
  const { definition } = writing.scope;
  const { strategy } = definition;
  const { old } = draft;
  if (old === undefined) {
    strategy.prepareForCreate?.(context, draft.object);
    return;
  }
  if (by?.by === 'view') {
    const view = draft.request.object as UnknownObject;
    const errors = by.validate?.(view) ?? [];
    if (errors.length > 0) throw StatusError.invalid(by.kind, writing.name, errors);
    draft.object = cloneJson(old);
    by.write(draft.object, view);
    shapeObject(writing, by, draft);
  }
  if (by?.by === 'part') by.prepare?.(context, draft.object, old);
  else if (by?.by !== 'action') strategy.prepareForUpdate?.(context, draft.object, old);
  if (by?.by !== 'action') countGeneration(definition, draft.object, old);
}

/** Refuses what is wrong with the object as it would be stored: 422. */
function validate({ scope, name }: Writing, by: Through, { object, old }: Draft): void {
  const { definition } = scope;
  const errors = old === undefined ? createErrors(definition, object) : updateErrors(definition, object, old, by);
  if (errors.length > 0) throw StatusError.invalid(definition, name || (object.metadata.name ?? ''), errors);
}

/** Asks the admission plugins that only look. */
async function admit({ deps, passed }: Writing, { request }: Draft): Promise<Passed> {
  if (passed !== undefined) return passed;
  await deps.admission.validate(request);
  return PASSED;
}

/** Allocates what only one object may hold, and stores, until nobody else holds any of it. */
function store(
  writing: Writing,
  context: StrategyContext,
  by: Through,
  draft: Draft,
  passed: Passed,
): Promise<Attempt> {
  const { strategy } = writing.scope.definition;
  for (const warning of strategy.warnings?.(draft.object, draft.old) ?? []) writing.scope.warn(warning);
  const { stored, old } = draft;
  if (stored === undefined || old === undefined) return storeNew(writing, context, draft, passed);
  return replace(writing, context, by, { draft, stored, old }, passed);
}

/** The kind that is sent to a subresource: the object's own, or that of a view. */
export function kindOf({ scope }: Pick<Writing, 'scope'>, by: Through): BodyKind {
  if (by?.by !== 'view') return scope.definition;
  const { group, version, kind } = by.kind;
  return scope.surface.body(group, version, kind);
}

/** Creates an object. Throws AlreadyExists, Invalid, Forbidden, or NotFound for a namespace that is not there. */
export async function writeNew(writing: Writing): Promise<Answer> {
  const context = await contextOf(writing);
  const { outcome, answer } = await attempt(writing, context);
  if (answer === undefined) throw outcomeError(writing.scope, writing.name, outcome);
  return answer;
}

/** Changes what is there, again from the newer state while others win the race; undefined when nothing is there. */
export async function writeChange(writing: Writing): Promise<Answer | undefined> {
  const { deps, scope, name } = writing;
  let stored = await deps.store.get(scope.tenant, objectKey(scope.definition, scope.namespace, name));
  if (stored === undefined) return undefined;
  const context = await contextOf(writing);
  for (let races = 0; ; races++) {
    const { outcome, answer, conditional } = await attempt(writing, context, stored);
    if (answer !== undefined) return answer;
    if (outcome.result !== 'conflict' || conditional === true || races >= MAX_RACES) {
      throw outcomeError(scope, name, outcome);
    }
    stored = outcome.current;
  }
}

/** As writeChange; throws NotFound when nothing is there. */
export async function writeExisting(writing: Writing): Promise<Answer> {
  const answer = await writeChange(writing);
  if (answer === undefined) throw StatusError.notFound(subjectOf(writing.scope.definition), writing.name);
  return answer;
}

function contextOf({ deps, scope, options }: Writing): Promise<StrategyContext> {
  return strategyContext(deps, scope, deps.now(), options.dryRun);
}

/**
 * For what is not stored as it was sent (deletions, reviews, tokens, actions): lets the admission plugins change the
 * request's object, which is of `kind`, lets `check` finish and check it, and asks the plugins that only look. Each refuses by throwing.
 */
export async function pass(
  { admission }: Pick<RegistryDeps, 'admission'>,
  request: AdmissionRequest,
  kind?: BodyKind,
  check?: () => void | Promise<void>,
): Promise<Passed> {
  if (kind !== undefined) request.reshape = (given) => reshaped(kind, given);
  await admission.admit(request);
  await check?.();
  await admission.validate(request);
  return PASSED;
}
