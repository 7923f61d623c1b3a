/** Processes of containers as this machine sees them. */
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';

/** Milliseconds between SIGHUP, upon which a shell ends its jobs, and SIGKILL. */
const GRACE_MS = 2_000;

/**
 * Ends a process and its group, if it is (still) one of the container `id`. Does nothing where the runtime's processes are
 * not this machine's.
 */
export async function endProcess(pid: number, id: string): Promise<void> {
  if (!(await isOf(pid, id))) return;
  send(pid, 'SIGHUP');
  for (const began = Date.now(); Date.now() - began < GRACE_MS; ) {
    await sleep(50);
    if (!(await isOf(pid, id))) return;
  }
  send(pid, 'SIGKILL');
}

/** Its number may be another's by now; its control group tells. */
async function isOf(pid: number, id: string): Promise<boolean> {
  try {
    if (!(await readFile(`/proc/${pid}/cgroup`, 'utf8')).includes(id)) return false;
    // A zombie waits for its parent, and is done.
    return !/^State:\s+Z/m.test(await readFile(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

function send(pid: number, signal: NodeJS.Signals): void {
  // runc makes each command the leader of a session, and so of a group.
  for (const target of [-pid, pid]) {
    try {
      process.kill(target, signal);
      return;
    } catch {
      // No such group, or gone meanwhile.
    }
  }
}
