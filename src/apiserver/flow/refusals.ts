/**
 * When a refusal is told. A client that does not heed Retry-After could ask, and be refused, thousands of times a second,
 * which costs us as much as work: after a few refusals within a second it hears of the next ones at the end of the second.
 */
import { guarded } from '../../meta/guard.ts';

const SECOND_MS = 1_000;
/** Flows remembered, and refusals held back: past these, they are told at once. */
const MAX_FLOWS = 4_096;
const MAX_HELD = 4_096;

export class Refusals {
  readonly #prompt: number;
  readonly #counts = new Map<string, number>();
  #held: (() => void)[] = [];
  #second: ReturnType<typeof setTimeout> | undefined;

  constructor(prompt: number) {
    this.#prompt = prompt;
  }

  /** Resolves when this flow's refusal may be told. */
  async due(flow: string): Promise<void> {
    if (this.#prompt === Number.POSITIVE_INFINITY) return;
    const count = (this.#counts.get(flow) ?? 0) + 1;
    if (count > 1 || this.#counts.size < MAX_FLOWS) this.#counts.set(flow, count);
    this.#second ??= setTimeout(
      guarded('refusals', () => this.#turn()),
      SECOND_MS,
    );
    if (count <= this.#prompt || this.#held.length >= MAX_HELD) return;
    await new Promise<void>((resolve) => this.#held.push(resolve));
  }

  #turn(): void {
    const held = this.#held;
    this.#held = [];
    this.#counts.clear();
    this.#second = undefined;
    for (const tell of held) tell();
  }
}
