/** A program of Kedge's in a process group of its own, as a shell starts one. */
import { spawn } from 'node:child_process';

export interface Started {
  /** What it has printed so far, on both streams. */
  output(): string;
  /** Resolves when the output holds `text`; rejects, with the output, when it ends before or does not in time. */
  says(text: string | RegExp): Promise<void>;
  /** Ctrl-C, and the exit code. */
  interrupt(): Promise<number>;
  ended: Promise<number>;
  pid: number;
}

const SAYS_WITHIN_MS = 90_000;

export function start(
  program: string,
  args: readonly string[],
  options: { cwd?: string; env?: Record<string, string>; uid?: number; gid?: number } = {},
): Started {
  const { env, ...rest } = options;
  const child = spawn(program, args, {
    ...rest,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  let printed = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      printed += text;
    });
  }
  const ended = new Promise<number>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve(code ?? -1));
  });
  let isOver = false;
  const settle = () => {
    isOver = true;
  };
  ended.then(settle, settle);
  return {
    pid: child.pid!,
    output: () => printed,
    ended,
    async says(text) {
      const holds = () => (typeof text === 'string' ? printed.includes(text) : text.test(printed));
      const deadline = performance.now() + SAYS_WITHIN_MS;
      while (!holds()) {
        if (isOver || performance.now() > deadline) throw new Error(`never said ${text}:\n${printed}`);
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    },
    interrupt() {
      if (!isOver) process.kill(-child.pid!, 'SIGINT');
      return ended;
    },
  };
}
