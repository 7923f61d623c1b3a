/** One JSON object a line on standard error. pino would cost 8 MB of the agent's 80 for what is 40 lines here. */
import type { Log } from './pods/context.ts';

const LEVELS = ['debug', 'info', 'warn', 'error'] as const;
type Level = (typeof LEVELS)[number];

/** Milliseconds in which the same line is told once, and how many lines are remembered. */
const REPEAT_MS = 300_000;
const REMEMBERED = 200;

/** The same warning again and again (an API that is away is met by every watch) is told now and then, with how often. */
export function createLog(
  least: Level,
  write: (line: string) => void = (line) => void process.stderr.write(line),
  now: () => number = Date.now,
): Log {
  const told = new Map<string, { at: number; repeated: number }>();

  /** undefined: not now. */
  function repeats(text: string): number | undefined {
    const before = told.get(text);
    if (before !== undefined && now() - before.at < REPEAT_MS) {
      before.repeated++;
      return undefined;
    }
    told.delete(text);
    told.set(text, { at: now(), repeated: 0 });
    if (told.size > REMEMBERED) told.delete(told.keys().next().value!);
    return before?.repeated ?? 0;
  }

  const at = (level: Level) => (fields: object, message: string) => {
    if (LEVELS.indexOf(level) < LEVELS.indexOf(least)) return;
    const repeated = level === 'info' || level === 'debug' ? 0 : repeats(`${message} ${JSON.stringify(fields)}`);
    if (repeated === undefined) return;
    const more = repeated === 0 ? {} : { repeated };
    write(`${JSON.stringify({ time: new Date(now()).toISOString(), level, ...fields, ...more, msg: message })}\n`);
  };
  return { info: at('info'), warn: at('warn'), error: at('error') };
}
