/**
 * Tells pods when what their volumes were made from has changed. By asking for each object again and again: a node may get
 * the objects that its pods name, but may neither list nor watch them, and a watch once allowed would outlive its pod.
 */
import { guarded } from '../../src/meta/guard.ts';
import { StatusError } from '../../src/meta/status-error.ts';
import type { MountedSource, ObjectReference } from './contract.ts';
import { keyOf } from './objects.ts';

/** One GET per object and node in this time; upstream's kubelet takes a minute and more to show a change. */
const INTERVAL_MS = 8_000;

export interface SourceFollower {
  /** Replaces what the pod followed before. `onChange` may be called until it is replaced or released. */
  follow(podUid: string, sources: readonly MountedSource[], onChange: () => void): void;
  release(podUid: string): void;
}

interface Following {
  sources: readonly MountedSource[];
  onChange: () => void;
}

export interface FollowerOptions {
  /** Throws StatusError when it cannot be told. */
  revisionOf(reference: ObjectReference): Promise<string | undefined>;
  signal: AbortSignal;
  intervalMs?: number;
}

/** Holds no timer while nothing is followed. */
export function createSourceFollower({
  revisionOf,
  signal,
  intervalMs = INTERVAL_MS,
}: FollowerOptions): SourceFollower {
  const pods = new Map<string, Following>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  signal.addEventListener(
    'abort',
    guarded('volume sources: end', () => clearTimeout(timer)),
    { once: true },
  );

  function schedule(): void {
    if (timer !== undefined || pods.size === 0 || signal.aborted) return;
    // Nodes that were started together do not ask together.
    timer = setTimeout(guarded('volume sources', round), intervalMs * (0.8 + 0.4 * Math.random()));
  }

  async function round(): Promise<void> {
    try {
      await compare();
    } catch (error) {
      // The API is away, or has no time: the next round tells.
      if (!(error instanceof StatusError)) throw error;
    } finally {
      timer = undefined;
      schedule();
    }
  }

  /** One object after the other: a node is no burst. */
  async function compare(): Promise<void> {
    const current = new Map<string, string | undefined>();
    for (const [uid, following] of [...pods]) {
      let changed = false;
      for (const source of following.sources) {
        const key = keyOf(source);
        if (!current.has(key)) current.set(key, await revisionOrRefusal(source));
        changed ||= current.get(key) !== source.resourceVersion && current.get(key) !== REFUSED;
      }
      // Mounted anew meanwhile: compared in the next round.
      if (changed && pods.get(uid) === following) following.onChange();
    }
  }

  async function revisionOrRefusal(source: MountedSource): Promise<string | undefined> {
    try {
      return await revisionOf(source);
    } catch (error) {
      // Refused to this node: its pod has gone, or is about to.
      if (error instanceof StatusError && error.code < 500 && error.code !== 429) return REFUSED;
      throw error;
    }
  }

  return {
    follow(podUid, sources, onChange) {
      if (sources.length === 0) pods.delete(podUid);
      else pods.set(podUid, { sources, onChange });
      schedule();
    },
    release: (podUid) => void pods.delete(podUid),
  };
}

/** No revision is called so. */
const REFUSED = 'refused';
