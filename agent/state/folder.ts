/** Objects last known, on disk, so that a machine that comes up without a network knows what to run. */
import path from 'node:path';
import type { KubeObject } from '../../src/meta/object.ts';
import { listFolder, readTextFile, writeFileAtomically } from '../host/files.ts';
import { removeTree } from '../host/remove.ts';

export interface ObjectFolder<T extends KubeObject> {
  load(): Promise<T[]>;
  /** Writes only when something but the status has changed. Failures are told, never thrown. */
  save(object: T): void;
  remove(object: T): void;
  /** Settles when all that was asked for is on disk. */
  flush(): Promise<void>;
}

export function createObjectFolder<T extends KubeObject>(
  folder: string,
  onError: (error: unknown) => void,
): ObjectFolder<T> {
  const fingerprints = new Map<string, string>();
  // One after the other: a removal must not overtake a write.
  let tail = Promise.resolve();
  const enqueue = (task: () => Promise<void>) => {
    tail = tail.then(task).catch(onError);
  };
  const fileOf = (uid: string) => path.join(folder, `${uid}.json`);

  return {
    async load() {
      const objects: T[] = [];
      for (const name of await listFolder(folder)) {
        if (!name.endsWith('.json')) continue;
        const text = await readTextFile(path.join(folder, name));
        try {
          const object = JSON.parse(text ?? '') as T;
          fingerprints.set(object.metadata.uid ?? '', fingerprint(object));
          objects.push(object);
        } catch (error) {
          onError(error);
        }
      }
      return objects;
    },
    save(object) {
      const uid = object.metadata.uid ?? '';
      const next = fingerprint(object);
      if (fingerprints.get(uid) === next) return;
      fingerprints.set(uid, next);
      enqueue(() => writeFileAtomically(fileOf(uid), JSON.stringify(object)));
    },
    remove(object) {
      const uid = object.metadata.uid ?? '';
      fingerprints.delete(uid);
      enqueue(() => removeTree(fileOf(uid)));
    },
    flush: () => tail,
  };
}

function fingerprint(object: KubeObject & { status?: unknown }): string {
  const { status: _status, metadata, ...rest } = object;
  const { resourceVersion: _revision, managedFields: _managed, ...stable } = metadata;
  return JSON.stringify([stable, rest]);
}
