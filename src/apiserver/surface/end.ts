/** The end of surfaces, and what lives on across it. */
import { guarded } from '../../meta/guard.ts';
import type { ResourceDefinition } from '../registry/contract.ts';
import type { ApiSurface, SurfaceEnd } from './contract.ts';

/** Of the built-in kinds: costs those who listen nothing. */
export const NEVER: SurfaceEnd = { over: false, next: undefined, listen: () => () => {} };

/** Not an AbortSignal: thousands of watches listen to one end, and each leaves in constant time. */
export class Ending implements SurfaceEnd {
  over = false;
  next: ApiSurface | undefined;
  readonly #listeners = new Set<() => void>();

  listen(listener: () => void): () => void {
    const told = guarded('end of a surface', listener);
    if (this.over) told();
    else this.#listeners.add(told);
    return () => this.#listeners.delete(told);
  }

  endWith(next: ApiSurface | undefined): void {
    if (this.over) return;
    this.over = true;
    this.next = next;
    const listeners = [...this.#listeners];
    this.#listeners.clear();
    for (const listener of listeners) listener();
  }
}

/** One definition through all surfaces that serve it unchanged: another custom kind ends no watch of pods. */
export class ServedDefinition {
  readonly #definition: ResourceDefinition;
  #surface: ApiSurface;
  #stop: () => void = () => {};

  /**
   * Calls `gone` once when the definition is served no more, or not as it was. The call may come from the work of another
   * request, which on Workers may not touch this one's streams: so ask `served` as well before each use.
   */
  constructor(surface: ApiSurface, definition: ResourceDefinition, gone: () => void) {
    this.#surface = surface;
    this.#definition = definition;
    const follow = (): void => {
      if (this.served) this.#stop = this.#surface.end.listen(follow);
      else gone();
    };
    follow();
  }

  get served(): boolean {
    const { group, version, resource } = this.#definition;
    while (this.#surface.end.over) {
      const { next } = this.#surface.end;
      if (next?.find(group, version, resource) !== this.#definition) return false;
      this.#surface = next;
    }
    return true;
  }

  stop(): void {
    this.#stop();
  }
}
