/** ConfigMaps, Secrets and tokens from the API, remembered on disk for when it is away. */
import path from 'node:path';
import type { ResourceRef } from '../../src/client/contract.ts';
import type { HttpClient } from '../../src/client/http.ts';
import { CONFIG_MAPS, SECRETS, SERVICE_ACCOUNTS } from '../../src/client/resources.ts';
import type { KubeObject } from '../../src/meta/object.ts';
import { StatusError } from '../../src/meta/status-error.ts';
import { readTextFile, writeFileAtomically } from '../host/files.ts';
import type { KeyedData, ObjectSource, TokenSource } from './contract.ts';

/** Files are readable by root alone, as Docker's own record of the containers' environment is. */
export function createObjectSource(client: HttpClient, folder: string): ObjectSource {
  async function fetch<T extends KubeObject>(
    resource: ResourceRef<T>,
    namespace: string,
    name: string,
  ): Promise<T | undefined> {
    const file = path.join(folder, resource.resource, namespace, `${name}.json`);
    try {
      const object = await client.find(resource, namespace, name);
      if (object !== undefined) {
        const text = JSON.stringify(object);
        if ((await readTextFile(file)) !== text) await writeFileAtomically(file, text);
      }
      return object;
    } catch (error) {
      if (!(error instanceof StatusError) || error.code < 500) throw error;
      const remembered = await readTextFile(file);
      if (remembered === undefined) throw error;
      return JSON.parse(remembered) as T;
    }
  }

  return {
    async configMap(namespace, name) {
      const found = await fetch(CONFIG_MAPS, namespace, name);
      return found && keyed(found.data, found.binaryData);
    },
    async secret(namespace, name) {
      const found = await fetch(SECRETS, namespace, name);
      return found && keyed(undefined, found.data);
    },
  };
}

function keyed(text: Record<string, string> | undefined, base64: Record<string, string> | undefined): KeyedData {
  const data = new Map<string, Uint8Array>();
  for (const [key, value] of Object.entries(text ?? {})) data.set(key, Buffer.from(value));
  for (const [key, value] of Object.entries(base64 ?? {})) data.set(key, Buffer.from(value, 'base64'));
  return data;
}

interface TokenRequest extends KubeObject {
  spec: { audiences: string[]; expirationSeconds: number; boundObjectRef: object };
  status?: { token: string; expirationTimestamp: string };
}

export function createTokenSource(client: HttpClient): TokenSource {
  // A pod mounts on every pass; a token is asked for once, and again when it grows old.
  const held = new Map<string, { token: string; expires: number; renewAt: number }>();
  return {
    async token(pod, audience, seconds) {
      const { uid, namespace = '', name } = pod.metadata;
      const key = `${uid} ${audience ?? ''} ${seconds}`;
      const now = Date.now();
      for (const [each, { expires }] of held) if (expires < now) held.delete(each);
      const current = held.get(key);
      if (current !== undefined && now < current.renewAt) return current;
      try {
        const request: TokenRequest = {
          apiVersion: 'authentication.k8s.io/v1',
          kind: 'TokenRequest',
          metadata: {},
          spec: {
            audiences: audience === undefined ? [] : [audience],
            expirationSeconds: seconds,
            boundObjectRef: { kind: 'Pod', apiVersion: 'v1', name, uid },
          },
        };
        const account = pod.spec?.serviceAccountName || 'default';
        const { status } = await client.createSubresource(SERVICE_ACCOUNTS, namespace, account, 'token', request);
        if (status === undefined) throw new Error('the API answered a TokenRequest without a token');
        const expires = Date.parse(status.expirationTimestamp);
        const fresh = { token: status.token, expires, renewAt: renewalOf(now, expires) };
        held.set(key, fresh);
        return fresh;
      } catch (error) {
        if (current !== undefined) return current;
        throw error;
      }
    },
  };
}

/** At 80% of a token's life, as the kubelet. Also what a mount's renewAt is computed from. */
export function renewalOf(now: number, expires: number): number {
  return now + Math.max(10_000, (expires - now) * 0.8);
}
