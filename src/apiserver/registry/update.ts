import { parseOwnJson } from '../../meta/json.ts';
import type { UnknownObject } from '../../meta/object.ts';
import type { Decoded } from '../../meta/schema/decode.ts';
import { StatusError } from '../../meta/status-error.ts';
import type { WriteOptions } from '../request/options.ts';
import { type Answer, type RegistryDeps, type Scope, subjectOf, type Target } from './context.ts';
import { decode } from './decode.ts';
import { kindOf, writeChange, writeNew } from './pipeline.ts';
import { type Through, through } from './subresource.ts';
import type { Change } from './writing.ts';

/** Throws unless the caller may create the object too: asked where an update of one that is not there makes it. */
export type AuthorizeCreate = () => Promise<void>;

/**
 * Replaces an object, or what `subresource` shows of it, by what a client sent. Throws NotFound, Conflict, Invalid,
 * BadRequest, Forbidden.
 */
export async function update(
  deps: RegistryDeps,
  scope: Scope,
  target: Target,
  sent: Decoded,
  options: WriteOptions,
  authorizeCreate: AuthorizeCreate,
): Promise<Answer> {
  const { name, subresource } = target;
  const by = through(scope.definition, subresource);
  const object = decode(kindOf({ scope }, by), sent, options.fieldValidation, scope.warn);
  matchName(object, name, by);
  const text = JSON.stringify(object);
  let first = true;
  const change: Change = (current) => {
    // The first attempt may consume the client's object; a retry starts from what was sent.
    const wanted = first ? object : (parseOwnJson(text) as UnknownObject);
    first = false;
    const version = wanted.metadata.resourceVersion;
    const conditional = version !== undefined && version !== '' && version !== '0';
    if (conditional && current !== undefined && version !== current.metadata.resourceVersion) {
      throw StatusError.modified(subjectOf(scope.definition), name);
    }
    return { object: wanted, conditional };
  };
  const writing = { deps, scope, ...target, options, change };
  const answer = await writeChange(writing);
  if (answer !== undefined) return answer;
  const creates = scope.definition.strategy.allowCreateOnUpdate === true && subresource === '';
  if (!creates || object.metadata.resourceVersion || object.metadata.uid) {
    throw StatusError.notFound(subjectOf(scope.definition), name);
  }
  await authorizeCreate();
  return { ...(await writeNew({ ...writing, name: '' })), created: true };
}

/** A view need not say of what it is. */
function matchName(object: UnknownObject, name: string, by: Through): void {
  const { name: given = '' } = object.metadata;
  if (given === name || (given === '' && by?.by === 'view')) return;
  if (given === '') {
    throw StatusError.badRequest(
      `the name of the object (${name} based on URL) was undeterminable: name must be provided`,
    );
  }
  throw StatusError.badRequest(`the name of the object (${given}) does not match the name on the URL (${name})`);
}
