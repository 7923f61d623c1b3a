/** One JSON object a line on standard error. pino would cost 8 MB of the agent's 80 for what is 15 lines here. */
import type { Log } from './pods/context.ts';

const LEVELS = ['debug', 'info', 'warn', 'error'] as const;
type Level = (typeof LEVELS)[number];

export function createLog(least: Level, write = (line: string) => void process.stderr.write(line)): Log {
  const at = (level: Level) => (fields: object, message: string) => {
    if (LEVELS.indexOf(level) < LEVELS.indexOf(least)) return;
    write(`${JSON.stringify({ time: new Date().toISOString(), level, ...fields, msg: message })}\n`);
  };
  return { info: at('info'), warn: at('warn'), error: at('error') };
}
