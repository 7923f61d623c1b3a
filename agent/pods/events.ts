/** Events about this node and its pods, aggregated by count and limited per object as client-go's recorder does. */
import { Backoff, type HttpClient, pause } from '../../src/client/http.ts';
import { EVENTS, type Event } from '../../src/client/resources.ts';
import { type KubeObject, timestamp } from '../../src/meta/object.ts';
import { StatusError } from '../../src/meta/status-error.ts';

export interface EventRecorder {
  /** Never throws and never waits. `fieldPath` names a container: `spec.containers{web}`. */
  record(about: KubeObject, type: 'Normal' | 'Warning', reason: string, message: string, fieldPath?: string): void;
}

interface Known {
  name: string;
  namespace: string;
  count: number;
}

interface Bucket {
  tokens: number;
  at: number;
}

/** Distinct events remembered for counting; the oldest goes first. */
const MEMORY = 1024;
const BURST = 25;
/** Milliseconds for one more event of an object whose burst is used up. */
const REFILL_MS = 300_000;
const QUEUE = 1000;
const TRIES = 8;

export function createEventRecorder(client: HttpClient, nodeName: string, signal: AbortSignal): EventRecorder {
  const known = new Map<string, Known>();
  const buckets = new Map<string, Bucket>();
  const queue: (() => Promise<void>)[] = [];
  let draining = false;
  let serial = 0;

  function allowed(key: string): boolean {
    const now = Date.now();
    const bucket = buckets.get(key) ?? { tokens: BURST, at: now };
    const tokens = Math.min(BURST, bucket.tokens + (now - bucket.at) / REFILL_MS);
    buckets.delete(key);
    buckets.set(key, { tokens: tokens >= 1 ? tokens - 1 : tokens, at: now });
    if (buckets.size > MEMORY) buckets.delete(buckets.keys().next().value!);
    return tokens >= 1;
  }

  async function drain(): Promise<void> {
    if (draining) return;
    draining = true;
    for (let send = queue.shift(); send !== undefined && !signal.aborted; send = queue.shift()) {
      const backoff = new Backoff({ initial: 500, max: 30_000 });
      for (let attempt = 0; attempt < TRIES && !signal.aborted; attempt++) {
        try {
          await send();
          break;
        } catch (error) {
          // Refused (the namespace is gone, …): trying again would not help.
          if (error instanceof StatusError && error.code < 500 && error.code !== 429) break;
          await pause(backoff.next(), signal);
        }
      }
    }
    draining = false;
  }

  return {
    record(about, type, reason, message, fieldPath) {
      const { name = '', namespace = '', uid = '', resourceVersion } = about.metadata;
      const isNode = about.kind === 'Node';
      const object = {
        kind: about.kind ?? 'Pod',
        apiVersion: about.apiVersion ?? 'v1',
        name,
        ...(namespace === '' ? {} : { namespace }),
        // Upstream's kubelet names its Node by name where the uid belongs.
        uid: isNode ? name : uid,
        ...(resourceVersion === undefined || isNode ? {} : { resourceVersion }),
        ...(fieldPath === undefined ? {} : { fieldPath }),
      };
      if (!allowed(`${object.kind}/${object.uid}`) || queue.length >= QUEUE) return;
      const key = JSON.stringify([object.uid, fieldPath, type, reason, message]);
      const now = timestamp(new Date());
      const place = namespace === '' ? 'default' : namespace;

      const create = async () => {
        serial += 1;
        const unique = `${Date.now().toString(16)}${serial.toString(16).padStart(4, '0')}`;
        const event: Event = {
          apiVersion: 'v1',
          kind: 'Event',
          metadata: { name: `${name}.${unique}`, namespace: place },
          involvedObject: object,
          type,
          reason,
          message,
          source: { component: 'kubelet', host: nodeName },
          firstTimestamp: now,
          lastTimestamp: now,
          count: 1,
          reportingComponent: 'kubelet',
          reportingInstance: nodeName,
        };
        known.set(key, { name: event.metadata.name!, namespace: place, count: 1 });
        if (known.size > MEMORY) known.delete(known.keys().next().value!);
        await client.create(EVENTS, event);
      };

      queue.push(async () => {
        const seen = known.get(key);
        if (seen === undefined) return create();
        try {
          await client.patch(EVENTS, seen.namespace, seen.name, 'merge', { count: seen.count + 1, lastTimestamp: now });
          seen.count += 1;
        } catch (error) {
          // Events expire: start counting anew.
          if (!(error instanceof StatusError) || error.code !== 404) throw error;
          await create();
        }
      });
      void drain();
    },
  };
}
