/** Secrets: the keys each type must have, their total size, immutability. */
import type { ISecret } from 'kubernetes-models/v1/Secret';
import { type FieldError, invalid, path, required, tooLong } from '../../../meta/field-error.ts';
import { validateConfigMapKey } from '../../../meta/names.ts';
import type { ObjectMeta } from '../../../meta/object.ts';
import { own } from '../../../meta/own.ts';
import { IMMUTABLE, invalidEach } from './checks.ts';
import { decodedLength, MAX_BYTES, stillImmutable, unchanged } from './config-map.ts';

type SecretLike = Pick<ISecret, 'data' | 'immutable' | 'type'> & { metadata: ObjectMeta };

const ACCOUNT_NAME = 'kubernetes.io/service-account.name';
const REDACTED = '<secret contents redacted>';

/** `stringData` has been merged into `data` (base64) by now. */
export function validateSecret({ metadata, data = {}, type }: SecretLike): FieldError[] {
  const at = path('data');
  const errors = Object.keys(data).flatMap((key) => invalidEach(at.key(key), key, validateConfigMapKey));
  const size = Object.values(data).reduce((sum, value) => sum + decodedLength(value), 0);
  if (size > MAX_BYTES) errors.push(tooLong(at, MAX_BYTES));

  const requireKeys = (...keys: string[]) =>
    keys.filter((key) => !Object.hasOwn(data, key)).map((key) => required(at.key(key)));
  switch (type) {
    case 'kubernetes.io/service-account-token':
      if (!metadata.annotations?.[ACCOUNT_NAME]) {
        errors.push(required(path('metadata').child('annotations').key(ACCOUNT_NAME)));
      }
      break;
    case 'kubernetes.io/dockercfg':
      errors.push(...validateJson(data, '.dockercfg'));
      break;
    case 'kubernetes.io/dockerconfigjson':
      errors.push(...validateJson(data, '.dockerconfigjson'));
      break;
    case 'kubernetes.io/basic-auth':
      // Either will do.
      if (!Object.hasOwn(data, 'username') && !Object.hasOwn(data, 'password'))
        errors.push(...requireKeys('username', 'password'));
      break;
    case 'kubernetes.io/ssh-auth':
      if (!data['ssh-privatekey']) errors.push(required(at.key('ssh-privatekey')));
      break;
    case 'kubernetes.io/tls':
      errors.push(...requireKeys('tls.crt', 'tls.key'));
      break;
  }
  return errors;
}

/** Well-formed JSON, an object. The contents are never shown. */
function validateJson(data: Readonly<Record<string, string>>, key: string): FieldError[] {
  const at = path('data').key(key);
  const value = own(data, key);
  if (value === undefined) return [required(at)];
  let parsed: unknown;
  try {
    const bytes = Uint8Array.from(atob(value), (character) => character.charCodeAt(0));
    const text = new TextDecoder().decode(bytes);
    if (text.trim() === '') return [invalid(at, REDACTED, 'unexpected end of JSON input')];
    parsed = JSON.parse(text);
  } catch {
    // The parser's own message may quote the secret.
    return [invalid(at, REDACTED, 'invalid JSON')];
  }
  if (parsed === null || (typeof parsed === 'object' && !Array.isArray(parsed))) return [];
  const kind = Array.isArray(parsed) ? 'array' : typeof parsed === 'boolean' ? 'bool' : typeof parsed;
  return [invalid(at, REDACTED, `json: cannot unmarshal ${kind} into Go value of type map[string]interface {}`)];
}

export function validateSecretUpdate(secret: SecretLike, old: SecretLike): FieldError[] {
  const errors = secret.type === old.type ? [] : [invalid(path('type'), secret.type ?? '', IMMUTABLE)];
  if (!old.immutable) return errors;
  return [...errors, ...stillImmutable(secret.immutable), ...unchanged(path('data'), secret.data, old.data)];
}
