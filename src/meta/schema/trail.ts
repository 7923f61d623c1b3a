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

  /** `spec.containers[0]`, with one more step when given. */
  text(step?: string | number): string {
    let text = this.base;
    for (const each of this.steps) text = join(text, each);
    return step === undefined ? text : join(text, step);
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
