import { type Decoded, decodeJson, decodeYaml } from '../../meta/schema/decode.ts';
import { StatusError } from '../../meta/status-error.ts';
import type { FieldValidation } from '../request/options.ts';

/** Patches are JSON whatever their media type says. Throws 400. */
export function decodePatch(text: string, validation: FieldValidation): Decoded {
  if (text === '') throw StatusError.badRequest('error decoding patch: the request body is empty');
  return decodeJson(text, { strict: validation !== 'Ignore' });
}

/** What is to be applied: YAML, which JSON is. Throws 400. */
export function decodeConfig(text: string, validation: FieldValidation, warn: (message: string) => void): Decoded {
  if (text === '') throw StatusError.badRequest('error decoding YAML: the request body is empty');
  const decoded = decodeYaml(text, { strict: validation !== 'Ignore' });
  const { duplicates } = decoded;
  if (duplicates.length > 0 && validation === 'Strict') {
    throw StatusError.badRequest(`error strict decoding YAML: ${duplicates.join(', ')}`);
  }
  for (const duplicate of duplicates) warn(duplicate);
  return { ...decoded, duplicates: [] };
}
