/** The last stage of a write: allocates, and stores. */
import { deepEqual } from '../../meta/equal.ts';
import type { UnknownObject } from '../../meta/object.ts';
import { StatusError } from '../../meta/status-error.ts';
import type { Claim, StoredObject, WriteOutcome } from '../storage/contract.ts';
import { type Allocation, allocationState, writeWithClaims } from './allocation.ts';
import type { RegistryDeps, Scope } from './context.ts';
import type { AllocationAttempt, StrategyContext } from './contract.ts';
import { deleteStored, isReadyToDelete } from './delete-stored.ts';
import { generateName } from './names.ts';
import { outcomeError, writeOne } from './outcome.ts';
import { indexed, newBody, objectKey, storedBody, updateWrite } from './stored-form.ts';
import type { Through } from './subresource.ts';
import type { Attempt, Draft, Passed, Writing } from './writing.ts';

/** New names tried when a generated one is taken (upstream's). */
const MAX_NAME_ATTEMPTS = 8;

type Allocate = ((attempt: AllocationAttempt) => Allocation) | undefined;

export async function storeNew(
  { deps, scope, options }: Writing,
  context: StrategyContext,
  { object, identity }: Draft,
  passed: Passed,
): Promise<Attempt> {
  const { definition } = scope;
  const { strategy } = definition;
  const allocation = allocationState();
  const allocate: Allocate =
    strategy.allocate === undefined ? undefined : (each) => strategy.allocate?.(context, object, undefined, each) ?? {};
  for (let attempt = 1; ; attempt++) {
    const name = object.metadata.name ?? '';
    let stored: StoredObject | undefined;
    const write = async (claims: Claim[] | undefined): Promise<WriteOutcome> => {
      stored = {
        ...objectKey(definition, scope.namespace, name),
        uid: object.metadata.uid ?? '',
        revision: 0,
        body: newBody(definition, object),
      };
      if (options.dryRun) return dryRunOutcome(deps, scope, stored);
      // Told by upstream's store, so that an invalid object is told first and a dry run does not hear of it.
      if (identity?.versioned === true) throw StatusError.badRequest(VERSION_SET);
      const { revision: _, ...rest } = stored;
      return writeOne(deps, scope, passed, {
        op: 'create',
        ...rest,
        ...indexed(scope.surface, definition, object),
        ...(claims === undefined ? {} : { claims }),
      });
    };
    const outcome = await writeWithClaims(scope, name, allocation, allocate, write);
    if (outcome.result === 'ok' && stored !== undefined) {
      return { outcome, answer: { definition, stored: { ...stored, revision: outcome.revision } } };
    }
    if (outcome.result !== 'exists' || identity?.generated !== true || attempt >= MAX_NAME_ATTEMPTS) {
      throw outcomeError(scope, name, outcome);
    }
    object.metadata.name = generateName(object.metadata.generateName ?? '');
  }
}

const VERSION_SET = 'resourceVersion should not be set on objects to be created';

/** What the store would answer to the creation, as far as reads can tell. */
async function dryRunOutcome(deps: RegistryDeps, scope: Scope, stored: StoredObject): Promise<WriteOutcome> {
  if ((await deps.store.get(scope.tenant, stored)) !== undefined) return { result: 'exists' };
  if (scope.definition.namespaced) {
    const namespace = await deps.store.get(scope.tenant, {
      resource: 'namespaces',
      namespace: '',
      name: scope.namespace,
    });
    if (namespace === undefined) return { result: 'namespaceNotFound' };
  }
  return { result: 'ok', revision: 0 };
}

/** Puts the draft in the place of what was read: not at all where nothing differs, and away where nothing holds it any more. */
export async function replace(
  { deps, scope, options }: Writing,
  context: StrategyContext,
  by: Through,
  { draft, old, stored }: { draft: Draft; old: UnknownObject; stored: StoredObject },
  passed: Passed,
): Promise<Attempt> {
  const { object, conditional } = draft;
  const { definition } = scope;
  const { strategy } = definition;
  if (isReadyToDelete(definition, object, old)) {
    const outcome = await deleteStored(deps, scope, passed, stored, options.dryRun);
    if (outcome.result !== 'ok') return { outcome, conditional };
    return { outcome, answer: { definition, stored: { ...stored, body: storedBody(definition, object) } } };
  }

  let body = '';
  const unchanged = (): boolean => {
    body = newBody(definition, object);
    if (body === stored.body) return true;
    object.metadata.resourceVersion = String(stored.revision);
    return deepEqual(object, old);
  };
  const allocates = strategy.allocate !== undefined && (by === undefined || by.by === 'view');
  const allocate: Allocate = allocates ? (each) => strategy.allocate?.(context, object, old, each) ?? {} : undefined;
  const outcome = await writeWithClaims(scope, stored.name, allocationState(), allocate, async (claims) => {
    if (unchanged() || options.dryRun) return { result: 'ok', revision: stored.revision };
    return writeOne(deps, scope, passed, updateWrite(scope.surface, definition, stored, object, body, claims));
  });
  if (outcome.result !== 'ok') return { outcome, conditional };
  return { outcome, answer: { definition, stored: { ...stored, body, revision: outcome.revision } } };
}
