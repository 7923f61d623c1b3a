/** What `kedge up` tells while it works: one line a step, with what it waits for and how long it took. */

export interface Progress {
  /** Announces a step, runs it, and says how it ended. */
  step<T>(what: string, run: () => Promise<T>): Promise<T>;
  /** A line of its own. */
  say(line: string): void;
}

export function createProgress(out: NodeJS.WritableStream & { isTTY?: boolean }): Progress {
  const live = out.isTTY === true;
  /** The step that is announced on the current line. */
  let current = '';
  return {
    async step(what, run) {
      const started = performance.now();
      current = live ? `  … ${what}` : '';
      out.write(current);
      const end = (mark: string) => {
        current = '';
        const seconds = ((performance.now() - started) / 1000).toFixed(1);
        out.write(`${live ? '\r\x1b[K' : ''}  ${mark} ${what} (${seconds} s)\n`);
      };
      try {
        const result = await run();
        end('✓');
        return result;
      } catch (error) {
        end('✗');
        throw error;
      }
    },
    say(line) {
      out.write(`${current === '' ? '' : '\r\x1b[K'}${line}\n${current}`);
    },
  };
}
