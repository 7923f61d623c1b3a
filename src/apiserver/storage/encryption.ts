/**
 * Encrypts the bodies of chosen resources at rest, with AES-GCM by WebCrypto. The stored text is
 * `enc:1:<key id>:<base64 of nonce and ciphertext>`, bound to the object's identity, so that a ciphertext copied to
 * another object does not decrypt. Everything above this decorator sees the canonical body.
 */
import type { Change, Store, StoredObject, Write, WriteOutcome } from './contract.ts';

export interface EncryptionKey {
  /** Stored with each body; no colon. */
  id: string;
  /** 32 bytes. */
  key: Uint8Array<ArrayBuffer>;
}

/** A body was encrypted with a key that is not configured, or was tampered with. */
export class DecryptionError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'DecryptionError';
  }
}

const PREFIX = 'enc:1:';
const NONCE_BYTES = 12;

/** What a body belongs to; authenticated with it. */
export interface BodyOwner {
  tenant: string;
  resource: string;
  namespace: string;
  name: string;
  uid: string;
}

export interface BodyCipher {
  encrypt(owner: BodyOwner, body: string): Promise<string>;
  /** Returns text that is not encrypted as it is: it was stored before encryption was turned on. */
  decrypt(owner: BodyOwner, stored: string): Promise<string>;
  /** Whether the text is encrypted with the first key. */
  isCurrent(stored: string): boolean;
}

/** The first key encrypts; all decrypt. */
export function createBodyCipher(keys: readonly EncryptionKey[]): BodyCipher {
  const first = keys[0];
  if (first === undefined) throw new RangeError('encryption needs at least one key');
  const imported = new Map(
    keys.map(({ id, key }) => [id, crypto.subtle.importKey('raw', key, 'AES-GCM', false, ['encrypt', 'decrypt'])]),
  );
  return {
    async encrypt(owner, body) {
      const nonce = crypto.getRandomValues(new Uint8Array(NONCE_BYTES));
      const algorithm = { name: 'AES-GCM', iv: nonce, additionalData: identity(owner) };
      const text = await crypto.subtle.encrypt(
        algorithm,
        await imported.get(first.id)!,
        new TextEncoder().encode(body),
      );
      return `${PREFIX}${first.id}:${toBase64(nonce)}${toBase64(new Uint8Array(text))}`;
    },
    async decrypt(owner, stored) {
      if (!stored.startsWith(PREFIX)) return stored;
      const colon = stored.indexOf(':', PREFIX.length);
      const id = stored.slice(PREFIX.length, colon);
      const what = `${owner.resource} "${owner.namespace}/${owner.name}"`;
      const key = await imported.get(id);
      if (key === undefined)
        throw new DecryptionError(`${what} is encrypted with key "${id}", which is not configured`);
      // 12 bytes are 16 characters without padding: nonce and ciphertext part there.
      const nonce = fromBase64(stored.slice(colon + 1, colon + 17));
      const algorithm = { name: 'AES-GCM', iv: nonce, additionalData: identity(owner) };
      try {
        return new TextDecoder().decode(
          await crypto.subtle.decrypt(algorithm, key, fromBase64(stored.slice(colon + 17))),
        );
      } catch (error) {
        throw new DecryptionError(`${what} does not decrypt with key "${id}"`, { cause: error });
      }
    },
    isCurrent: (stored) => stored.startsWith(`${PREFIX}${first.id}:`),
  };
}

/**
 * The store with the bodies of `resources` (group-resources) encrypted on the way in and decrypted on every way out.
 * Spells every method, so that one which is added to Store does not compile until it is said here what it decrypts.
 */
export function withEncryption(store: Store, keys: readonly EncryptionKey[], resources: readonly string[]): Store {
  const cipher = createBodyCipher(keys);
  const chosen = new Set(resources);

  async function seal(tenant: string, write: Write): Promise<Write> {
    if (write.op === 'delete' || !chosen.has(write.resource)) return write;
    return { ...write, body: await cipher.encrypt({ tenant, ...write }, write.body) };
  }

  async function open<T extends StoredObject>(tenant: string, object: T): Promise<T> {
    if (!chosen.has(object.resource)) return object;
    return { ...object, body: await cipher.decrypt({ tenant, ...object }, object.body) };
  }

  async function openAll(tenant: string, objects: StoredObject[]): Promise<StoredObject[]> {
    if (!objects.some((object) => chosen.has(object.resource))) return objects;
    return Promise.all(objects.map((object) => open(tenant, object)));
  }

  async function openOutcome(tenant: string, outcome: WriteOutcome): Promise<WriteOutcome> {
    return outcome.result === 'conflict' ? { ...outcome, current: await open(tenant, outcome.current) } : outcome;
  }

  async function openChange(tenant: string, change: Change): Promise<Change> {
    if (!chosen.has(change.resource)) return change;
    const owner = { tenant, ...change };
    const { current, previous } = change;
    return {
      ...change,
      current: { ...current, body: await cipher.decrypt(owner, current.body) },
      ...(previous && { previous: { ...previous, body: await cipher.decrypt(owner, previous.body) } }),
    };
  }

  return {
    async write(tenant, writes) {
      const outcomes = await store.write(tenant, await Promise.all(writes.map((write) => seal(tenant, write))));
      return Promise.all(outcomes.map((outcome) => openOutcome(tenant, outcome)));
    },
    async get(tenant, key) {
      const object = await store.get(tenant, key);
      return object && open(tenant, object);
    },
    async list(tenant, query) {
      const result = await store.list(tenant, query);
      return { ...result, items: await openAll(tenant, result.items) };
    },
    async changes(tenant, after, limit, resources) {
      const page = await store.changes(tenant, after, limit, resources);
      if (!page.changes.some((change) => chosen.has(change.resource))) return page;
      return { ...page, changes: await Promise.all(page.changes.map((change) => openChange(tenant, change))) };
    },
    dependents: async (tenant, ownerUid) => openAll(tenant, await store.dependents(tenant, ownerUid)),
    async inNamespace(tenant, namespace, limit) {
      const { items, more } = await store.inNamespace(tenant, namespace, limit);
      return { items: await openAll(tenant, items), more };
    },
    revision: (tenant) => store.revision(tenant),
    compact: (now) => store.compact(now),
  };
}

function identity(owner: BodyOwner): Uint8Array<ArrayBuffer> {
  const { tenant, resource, namespace, name, uid } = owner;
  return new TextEncoder().encode(JSON.stringify([tenant, resource, namespace, name, uid]));
}

function toBase64(bytes: Uint8Array): string {
  let binary = '';
  for (let start = 0; start < bytes.length; start += 0x8000) {
    binary += String.fromCharCode(...bytes.subarray(start, start + 0x8000));
  }
  return btoa(binary);
}

function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}
