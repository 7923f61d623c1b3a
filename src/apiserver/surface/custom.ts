/**
 * What tenants serve of their own, from what they have stored. The state lives as long as the process or isolate; whoever asks
 * brings the way to look. A definition whose spec did not change stays the same object, so that its watches go on.
 */
import { LRUCache } from 'lru-cache';
import { guarded } from '../../meta/guard.ts';
import type { ResourceDefinition } from '../registry/contract.ts';
import type { SurfaceSource } from './contract.ts';

interface Known {
  /** Tells any change of what is stored. */
  fingerprint: string;
  /** Of this process: raised when the fingerprint changed. */
  revision: number;
  checkedAt: number;
  checking: boolean;
  /** By the name of what they come from. */
  definitions: Map<string, { text: string; served: readonly ResourceDefinition[] }>;
}

export type CustomKindsState = LRUCache<string, Known>;

export function createCustomKindsState(): CustomKindsState {
  return new LRUCache({ max: 2_000 });
}

/** One CustomResourceDefinition that is established. */
export interface CustomKind {
  name: string;
  /** Equal as long as it serves the same. */
  text: string;
  definitions(): readonly ResourceDefinition[];
}

export interface CustomKindsReader {
  /** '' while nothing is stored; another for each state. */
  fingerprint(tenant: string): Promise<string>;
  list(tenant: string): Promise<CustomKind[]>;
  /** Whether to look while a request goes on with what is known: not where a promise dies with its request. */
  background: boolean;
  now?(): number;
}

/** What was looked at so lately is taken for what is there, in milliseconds. */
const FRESH_MS = 500;
/** So long ago, a request goes on with it while it is looked at again. */
const USABLE_MS = 1_000;

export interface CustomKinds extends SurfaceSource {
  /** This process has changed what is stored. */
  changed(tenant: string): void;
}

export function customKinds(state: CustomKindsState, reader: CustomKindsReader): CustomKinds {
  const now = reader.now ?? Date.now;

  async function check(tenant: string): Promise<number> {
    const at = now();
    const fingerprint = await reader.fingerprint(tenant);
    const known = state.get(tenant);
    if (known === undefined) {
      const revision = fingerprint === '' ? 0 : 1;
      state.set(tenant, { fingerprint, revision, checkedAt: at, checking: false, definitions: new Map() });
      return revision;
    }
    if (known.fingerprint !== fingerprint) {
      known.fingerprint = fingerprint;
      known.revision++;
    }
    known.checkedAt = Math.max(known.checkedAt, at);
    return known.revision;
  }

  function checkBeside(tenant: string, known: Known): void {
    if (known.checking) return;
    known.checking = true;
    const done = guarded('custom kinds', () => {
      known.checking = false;
    });
    // What fails is tried again by the next request, which tells.
    check(tenant).then(done, done);
  }

  return {
    revision(tenant) {
      const known = state.get(tenant);
      if (known === undefined) return check(tenant);
      const since = now() - known.checkedAt;
      if (since < FRESH_MS) return known.revision;
      if (!reader.background || since >= USABLE_MS) return check(tenant);
      checkBeside(tenant, known);
      return known.revision;
    },
    async load(tenant) {
      const revision = await check(tenant);
      const known = state.get(tenant);
      const before = known?.definitions;
      const kinds = await reader.list(tenant);
      const definitions: Known['definitions'] = new Map();
      for (const kind of kinds) {
        const old = before?.get(kind.name);
        definitions.set(kind.name, old?.text === kind.text ? old : { text: kind.text, served: kind.definitions() });
      }
      if (known !== undefined) known.definitions = definitions;
      return { revision, stored: [...definitions.values()].flatMap(({ served }) => served), remote: [] };
    },
    changed(tenant) {
      const known = state.get(tenant);
      if (known !== undefined) known.checkedAt = Number.NEGATIVE_INFINITY;
    },
  };
}
