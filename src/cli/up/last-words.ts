import { open } from 'node:fs/promises';

const TAIL_BYTES = 4096;
const SHOWN = 300;

/** The message of the last line of a log, plain or JSON; '' when there is none. */
export async function lastWords(file: string): Promise<string> {
  const log = await open(file, 'r');
  try {
    const { size } = await log.stat();
    const length = Math.min(size, TAIL_BYTES);
    const { buffer } = await log.read(Buffer.alloc(length), 0, length, size - length);
    const lines = buffer.toString().split('\n');
    // Of a crash the message stands above the stack, and Node's version below it.
    const line = lines.findLast((each) => each.trim() !== '' && !/^(\s|Node\.js v|[{}]$)/.test(each)) ?? '';
    return textOf(line).slice(0, SHOWN);
  } finally {
    await log.close();
  }
}

function textOf(line: string): string {
  try {
    const { msg, err, error } = JSON.parse(line) as Record<string, unknown>;
    const cause = err ?? (error as { message?: unknown } | undefined)?.message;
    return [msg, cause].filter((each) => typeof each === 'string').join(': ');
  } catch {
    return line.trim();
  }
}
