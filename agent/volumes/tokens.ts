/** Tokens of a pod's service account, bound to the pod. */
import type { HttpClient } from '../../src/client/http.ts';
import { SERVICE_ACCOUNTS } from '../../src/client/resources.ts';
import type { KubeObject } from '../../src/meta/object.ts';
import type { TokenSource } from './contract.ts';

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
