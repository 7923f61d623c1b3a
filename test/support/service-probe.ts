/** Asks a service again and again, as its users would, while something is done to what serves it. */
export interface ServiceProbe {
  /** Why requests since the last call failed, one by one. */
  failures(): string[];
  /**
   * Waits until it has answered for two seconds on end. Resolves to the seconds from now to the first of those answers, 0 if
   * none failed; throws after `bound` seconds.
   */
  healed(bound: number): Promise<number>;
  stop(): Promise<void>;
}

const EVERY_MS = 100;
const STEADY = 20;

export function probeService(url: string): ServiceProbe {
  let failures: string[] = [];
  let answers = 0;
  /** When the answers on end began. */
  let since = performance.now();
  let stopped = false;

  async function loop(): Promise<void> {
    while (!stopped) {
      const began = performance.now();
      // A connection a request: one that lives on would go round the rules.
      const fault = await fetch(url, { headers: { connection: 'close' }, signal: AbortSignal.timeout(1000) }).then(
        async (response) => ((await response.text()) !== '' && response.status === 200 ? undefined : 'another answer'),
        (error) => String(error.cause?.code ?? error.name),
      );
      if (fault === undefined && answers++ === 0) since = began;
      if (fault !== undefined) {
        answers = 0;
        failures.push(fault);
      }
      await new Promise((resolve) => setTimeout(resolve, EVERY_MS));
    }
  }
  const running = loop();

  return {
    failures() {
      const found = failures;
      failures = [];
      return found;
    },
    async healed(bound) {
      const began = performance.now();
      const before = failures.length;
      answers = 0;
      while (answers < STEADY) {
        if (performance.now() - began > bound * 1000) throw new Error(`the service does not answer within ${bound} s`);
        await new Promise((resolve) => setTimeout(resolve, EVERY_MS));
      }
      return failures.length === before ? 0 : (since - began) / 1000;
    },
    async stop() {
      stopped = true;
      await running;
    },
  };
}
