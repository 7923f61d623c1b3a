import { parseEncryptionKeys } from '../../src/hosts/config.ts';

/** KEDGE_ENCRYPTION_KEYS of a test, the same for hosts that share a database. */
export const ENCRYPTION = `test:${Buffer.alloc(32, 7).toString('base64')}`;
export const KEYS = parseEncryptionKeys(ENCRYPTION);
