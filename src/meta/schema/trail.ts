import { clip, MAX_SHOWN } from '../clip.ts';

/** Where a walk over a value stands. Rendered only when there is something to report, so that walking stays cheap. */
export class Trail {
  private readonly steps: (string | number)[] = [];
  private readonly base: string;

  constructor(base = '') {
    this.base = base;
  }

  enter(step: string | number): void {
    this.steps.push(step);
  }

  leave(): void {
    this.steps.pop();
  }

  get depth(): number {
    return this.steps.length;
  }

  /** Back to where the walk was at that depth, for walks that were ended inside. */
  leaveTo(depth: number): void {
    this.steps.length = depth;
  }

  /** `spec.containers[0]`, with one more step when given; clipped, as steps may be clients' keys. */
  text(step?: string | number): string {
    let text = this.base;
    for (const each of this.steps) {
      if (text.length > MAX_SHOWN) break;
      text = join(text, each);
    }
    return clip(step === undefined ? text : join(text, step));
  }

  /** The names alone, as Go's decoder lists them: `spec.containers.name`. */
  names(): string {
    return this.steps.filter((step) => typeof step === 'string').join('.');
  }
}

function join(text: string, step: string | number): string {
  if (typeof step === 'number') return `${text}[${step}]`;
  return text === '' ? step : `${text}.${step}`;
}
