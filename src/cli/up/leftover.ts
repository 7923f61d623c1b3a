/** Processes that a killed `kedge up` left behind: two of one kind would fight over the same port or containers. */
import { readFile } from 'node:fs/promises';

const STOP_WITHIN_MS = 15_000;

/** Ends the process of the number in `pidFile`, if it still runs the program whose path holds `program`. */
export async function endLeftover(pidFile: string, program: string): Promise<void> {
  const pid = Number(await readFile(pidFile, 'utf8').catch(() => ''));
  if (!Number.isInteger(pid) || pid <= 0 || !(await runs(pid, program))) return;
  kill(pid, 'SIGTERM');
  const deadline = performance.now() + STOP_WITHIN_MS;
  while (await runs(pid, program)) {
    if (performance.now() > deadline) kill(pid, 'SIGKILL');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

function kill(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It has just ended.
  }
}

/** Process numbers are reused: only a command line that runs the program is ours to end. */
async function runs(pid: number, program: string): Promise<boolean> {
  const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
  return command.includes(program);
}
