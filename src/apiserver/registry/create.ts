import type { Decoded } from '../../meta/schema/decode.ts';
import type { WriteOptions } from '../request/options.ts';
import type { Answer, RegistryDeps, Scope } from './context.ts';
import { decode } from './decode.ts';
import { writeNew } from './pipeline.ts';

/**
 * Stores a new object, of what a client sent. Throws AlreadyExists, Invalid, Forbidden, BadRequest, or NotFound for a
 * namespace that is not there.
 */
export async function create(deps: RegistryDeps, scope: Scope, sent: Decoded, options: WriteOptions): Promise<Answer> {
  const object = decode(scope.definition, sent, options.fieldValidation, scope.warn);
  const change = () => ({ object, conditional: false });
  return writeNew({ deps, scope, name: '', subresource: '', options, change });
}
