/** ConfigMaps and Secrets from the API, remembered on disk for when it is away and as long as a pod needs them. */
import type { HttpClient } from '../../src/client/http.ts';
import { CONFIG_MAPS, type Pod, SECRETS } from '../../src/client/resources.ts';
import { podReferences } from '../../src/meta/pod-references.ts';
import { StatusError } from '../../src/meta/status-error.ts';
import type { KeyedObject, ObjectReference, ObjectSource } from './contract.ts';
import type { SealedFolder } from './sealed-folder.ts';

export interface ObjectStore extends ObjectSource {
  /** As the API has it now; undefined when there is none. Throws StatusError, also when the API is away. */
  revisionOf(reference: ObjectReference): Promise<string | undefined>;
  /** Forgets what none of these pods names. Failures are told, never thrown. */
  retain(pods: () => Iterable<Pod>): Promise<void>;
}

/** `onError`: the disk refuses; what the API says is used nevertheless. */
export function createObjectStore(
  client: HttpClient,
  copies: SealedFolder,
  onError: (error: unknown) => void,
): ObjectStore {
  const find = ({ resource, namespace, name }: ObjectReference) =>
    resource === 'secrets' ? client.find(SECRETS, namespace, name) : client.find(CONFIG_MAPS, namespace, name);

  async function read(reference: ObjectReference): Promise<KeyedObject | undefined> {
    const key = keyOf(reference);
    try {
      const object = await find(reference);
      const { metadata, immutable, data, binaryData } = (object ?? {}) as Content;
      const text =
        object &&
        JSON.stringify({ metadata: { resourceVersion: metadata.resourceVersion }, immutable, data, binaryData });
      await remember(key, text).catch(onError);
      return object && keyed(reference, object);
    } catch (error) {
      if (!(error instanceof StatusError) || error.code < 500) throw error;
      const remembered = await copies.read(key);
      if (remembered === undefined) throw error;
      return keyed(reference, JSON.parse(remembered) as Content);
    }
  }

  async function remember(key: string, text: string | undefined): Promise<void> {
    if (text === undefined) await copies.remove(key);
    else if ((await copies.read(key)) !== text) await copies.write(key, text);
  }

  return {
    configMap: (namespace, name) => read({ resource: 'configmaps', namespace, name }),
    secret: (namespace, name) => read({ resource: 'secrets', namespace, name }),
    revisionOf: async (reference) => (await find(reference))?.metadata.resourceVersion,
    retain: (pods) => copies.retain(() => keysOf(pods())).catch(onError),
  };
}

function keysOf(pods: Iterable<Pod>): Set<string> {
  const keys = new Set<string>();
  for (const { metadata, spec } of pods) {
    if (spec === undefined) continue;
    for (const { resource, name } of podReferences(spec, metadata.name)) {
      keys.add(`${resource}/${metadata.namespace}/${name}`);
    }
  }
  return keys;
}

export function keyOf({ resource, namespace, name }: ObjectReference): string {
  return `${resource}/${namespace}/${name}`;
}

interface Content {
  metadata: { resourceVersion?: string };
  immutable?: boolean;
  data?: Record<string, string>;
  binaryData?: Record<string, string>;
}

/** The `data` of a Secret is base64 as a ConfigMap's `binaryData` is. */
function keyed({ resource }: ObjectReference, { metadata, immutable, data, binaryData }: Content): KeyedObject {
  const content = new Map<string, Uint8Array>();
  for (const [key, value] of Object.entries(data ?? {})) {
    content.set(key, Buffer.from(value, resource === 'secrets' ? 'base64' : 'utf8'));
  }
  for (const [key, value] of Object.entries(binaryData ?? {})) content.set(key, Buffer.from(value, 'base64'));
  return { data: content, resourceVersion: metadata.resourceVersion ?? '', immutable: immutable ?? false };
}
