/**
 * What client-go's EventCorrelator does before an event is written: one source may not flood one object, and events that
 * differ in their message only are combined when there are many. It remembers in memory, as upstream's does, and
 * forgets the least recently used; counting equal events needs no memory (see recorder.ts).
 */

const SPAM_BURST = 25;
const SPAM_REFILL_SECONDS = 300;
const AGGREGATE_AFTER = 10;
const AGGREGATE_SECONDS = 600;
const MAX_ENTRIES = 4096;

export interface CorrelationKeys {
  /** Source and object. */
  spam: string;
  /** Source, object, type and reason. */
  similar: string;
  message: string;
}

export interface Correlator {
  /** Undefined: drop the event. Otherwise what identifies it among equals, and the message to write. */
  correlate(keys: CorrelationKeys, now: Date): { identity: string; message: string } | undefined;
}

export function createCorrelator(): Correlator {
  const buckets = new Map<string, { tokens: number; at: number }>();
  const similar = new Map<string, { messages: Set<string>; at: number }>();

  function takeToken(key: string, seconds: number): boolean {
    const bucket = buckets.get(key) ?? { tokens: SPAM_BURST, at: seconds };
    const refilled = Math.min(SPAM_BURST, bucket.tokens + (seconds - bucket.at) / SPAM_REFILL_SECONDS);
    const allowed = refilled >= 1;
    touch(buckets, key, { tokens: allowed ? refilled - 1 : refilled, at: seconds });
    return allowed;
  }

  return {
    correlate(keys, now) {
      const seconds = now.getTime() / 1000;
      if (!takeToken(keys.spam, seconds)) return undefined;
      const known = similar.get(keys.similar);
      const record =
        known === undefined || seconds - known.at > AGGREGATE_SECONDS
          ? { messages: new Set<string>(), at: seconds }
          : known;
      record.messages.add(keys.message);
      record.at = seconds;
      touch(similar, keys.similar, record);
      if (record.messages.size < AGGREGATE_AFTER) {
        return { identity: `${keys.similar}\n${keys.message}`, message: keys.message };
      }
      const [oldest] = record.messages;
      if (oldest !== undefined) record.messages.delete(oldest);
      return { identity: keys.similar, message: `(combined from similar events): ${keys.message}` };
    },
  };
}

/** Sets the entry as the most recently used and drops the least recently used beyond the limit. */
function touch<V>(map: Map<string, V>, key: string, value: V): void {
  map.delete(key);
  map.set(key, value);
  if (map.size > MAX_ENTRIES) {
    const [oldest] = map.keys();
    if (oldest !== undefined) map.delete(oldest);
  }
}
