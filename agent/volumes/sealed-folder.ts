/** Texts on disk that say nothing without the node's credential: neither what they hold nor whose they are. */
import { createCipheriv, createDecipheriv, createHash, hkdfSync, randomBytes } from 'node:crypto';
import path from 'node:path';
import { listFolder, readTextFile, writeFileAtomically } from '../host/files.ts';
import { removeTree } from '../host/remove.ts';

export interface SealedFolder {
  /** Undefined when there is none, and when it was sealed with another credential. */
  read(key: string): Promise<string | undefined>;
  write(key: string, text: string): Promise<void>;
  remove(key: string): Promise<void>;
  /** Removes everything in the folder but these; asks for them once it knows what is there, so that nothing newer goes. */
  retain(keys: () => ReadonlySet<string>): Promise<void>;
}

const IV_BYTES = 12;
const TAG_BYTES = 16;

/** AES-256-GCM under a key derived from `credential`, bound to the text's own key, so that copies cannot be exchanged. */
export function createSealedFolder(folder: string, credential: string): SealedFolder {
  const secret = Buffer.from(hkdfSync('sha256', credential, '', 'kedge agent: objects at rest', 32));
  // A hash: what a pod calls its Secret is no path to follow.
  const nameOf = (key: string) => `${createHash('sha256').update(key).digest('hex')}.sealed`;
  const fileOf = (key: string) => path.join(folder, nameOf(key));

  return {
    async read(key) {
      const text = await readTextFile(fileOf(key));
      if (text === undefined) return undefined;
      const sealed = Buffer.from(text, 'base64');
      try {
        const decipher = createDecipheriv('aes-256-gcm', secret, sealed.subarray(0, IV_BYTES));
        decipher.setAAD(Buffer.from(key)).setAuthTag(sealed.subarray(IV_BYTES, IV_BYTES + TAG_BYTES));
        return decipher.update(sealed.subarray(IV_BYTES + TAG_BYTES)).toString() + decipher.final().toString();
      } catch {
        return undefined;
      }
    },
    async write(key, text) {
      const iv = randomBytes(IV_BYTES);
      const cipher = createCipheriv('aes-256-gcm', secret, iv).setAAD(Buffer.from(key));
      const content = Buffer.concat([cipher.update(text), cipher.final()]);
      await writeFileAtomically(fileOf(key), Buffer.concat([iv, cipher.getAuthTag(), content]).toString('base64'));
    },
    remove: (key) => removeTree(fileOf(key)),
    async retain(keys) {
      const names = await listFolder(folder);
      const kept = new Set([...keys()].map(nameOf));
      // One that is being written has a suffix.
      const belongs = (name: string) => kept.has(name.replace(/\.[0-9a-f]+\.tmp$/, ''));
      for (const name of names) if (!belongs(name)) await removeTree(path.join(folder, name));
    },
  };
}
