import { type Decoded, decodeJson } from '../../meta/schema/decode.ts';
import { StatusError } from '../../meta/status-error.ts';
import type { FieldValidation } from '../request/options.ts';

/** Patches are JSON whatever their media type says. Throws 400. */
export function decodePatch(text: string, validation: FieldValidation): Decoded {
  if (text === '') throw StatusError.badRequest('error decoding patch: the request body is empty');
  return decodeJson(text, { strict: validation !== 'Ignore' });
}
