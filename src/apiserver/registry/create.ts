import type { UnknownObject } from '../../meta/object.ts';
import { StatusError } from '../../meta/status-error.ts';
import type { StoredObject } from '../storage/contract.ts';
import { allocationState, writeWithClaims } from './allocation.ts';
import { type Answer, admissionRequest, type RegistryDeps, type Scope, strategyContext } from './context.ts';
import { pass } from './door.ts';
import { generateName } from './names.ts';
import { outcomeError, writeOne } from './outcome.ts';
import { createErrors, prepareMetadataForCreate, setDefaults } from './prepare.ts';
import { indexed, newBody, objectKey } from './stored-form.ts';

/** New names tried when a generated one is taken (upstream's). */
const MAX_NAME_ATTEMPTS = 8;

/**
 * Defaults, admits, validates and stores a new object. `object` is of the definition's kind (see toObject) and is changed
 * in place. Throws AlreadyExists, Invalid, Forbidden, or NotFound for a namespace that is not there.
 */
export async function create(
  deps: RegistryDeps,
  scope: Scope,
  object: UnknownObject,
  options: { dryRun: boolean },
): Promise<Answer> {
  const { definition } = scope;
  const { strategy } = definition;
  const now = deps.now();
  const context = await strategyContext(deps, scope, now, options.dryRun);
  const generated = !object.metadata.name && Boolean(object.metadata.generateName);

  const version = object.metadata.resourceVersion;
  prepareMetadataForCreate(scope, object, now);
  if (definition.status === true && strategy.keepsStatusOnCreate !== true) delete object.status;
  setDefaults(definition, object);
  const request = admissionRequest(scope, 'CREATE', object.metadata.name ?? '', '', options.dryRun);
  request.object = object;
  const passed = await pass(deps, request, () => {
    strategy.prepareForCreate?.(context, object);
    const errors = createErrors(definition, object);
    if (errors.length > 0) throw StatusError.invalid(definition, object.metadata.name ?? '', errors);
  });
  for (const warning of strategy.warnings?.(object) ?? []) scope.warn(warning);

  const allocation = allocationState();
  for (let attempt = 1; ; attempt++) {
    const name = object.metadata.name ?? '';
    let stored: StoredObject | undefined;
    const outcome = await writeWithClaims(
      scope,
      name,
      allocation,
      strategy.allocate === undefined
        ? undefined
        : (each) => strategy.allocate?.(context, object, undefined, each) ?? {},
      async (claims) => {
        stored = {
          ...objectKey(definition, scope.namespace, name),
          uid: object.metadata.uid ?? '',
          revision: 0,
          body: newBody(definition, object),
        };
        if (options.dryRun) return dryRunOutcome(deps, scope, stored);
        // Told by upstream's store, so that an invalid object is told first and a dry run does not hear of it.
        if (namesVersion(version)) throw StatusError.badRequest(VERSION_SET);
        const { revision: _, ...write } = stored;
        return writeOne(deps, scope, passed, {
          op: 'create',
          ...write,
          ...indexed(scope.surface, definition, object),
          ...(claims === undefined ? {} : { claims }),
        });
      },
    );
    if (outcome.result === 'ok' && stored !== undefined) {
      return { definition, stored: { ...stored, revision: outcome.revision } };
    }
    if (outcome.result !== 'exists' || !generated || attempt >= MAX_NAME_ATTEMPTS) {
      throw outcomeError(scope, name, outcome);
    }
    object.metadata.name = generateName(object.metadata.generateName ?? '');
  }
}

const VERSION_SET = 'resourceVersion should not be set on objects to be created';

/** "0" is no version, and what is none is not looked at, as upstream. */
function namesVersion(text: string | undefined): boolean {
  return text !== undefined && /^\d+$/.test(text) && Number(text) !== 0;
}

/** What the store would answer to the creation, as far as reads can tell. */
async function dryRunOutcome(deps: RegistryDeps, scope: Scope, stored: StoredObject) {
  if ((await deps.store.get(scope.tenant, stored)) !== undefined) return { result: 'exists' } as const;
  if (scope.definition.namespaced) {
    const namespace = await deps.store.get(scope.tenant, {
      resource: 'namespaces',
      namespace: '',
      name: scope.namespace,
    });
    if (namespace === undefined) return { result: 'namespaceNotFound' } as const;
  }
  return { result: 'ok', revision: 0 } as const;
}
