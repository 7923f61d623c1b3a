/** Seals ServiceAccount signing keys with the keys that encrypt Secrets. */
import type { KeyCipher } from '../apiserver/authn/postgres/signing-keys.ts';
import { createBodyCipher } from '../apiserver/storage/encryption.ts';
import type { EncryptionKey } from './config.ts';

export function signingKeyCipher(keys: readonly EncryptionKey[]): KeyCipher {
  const bodies = createBodyCipher(keys);
  const owner = (context: string) => ({ tenant: '', resource: 'signing_keys', namespace: '', name: context, uid: '' });
  return {
    seal: (plaintext, context) => bodies.encrypt(owner(context), plaintext),
    open: (sealed, context) => bodies.decrypt(owner(context), sealed),
  };
}
