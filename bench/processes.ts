/** CPU and memory of whole process trees, read from /proc. */
import { readdir, readFile } from 'node:fs/promises';

const TICKS_PER_SECOND = 100;
const PAGE_KIB = 4;

export interface Usage {
  /** user + system, of the processes alive now and of their reaped children */
  cpuSeconds: number;
  /** For PostgreSQL the shared buffers count once: proportional set size. */
  memoryMiB: number;
}

/** The process and everything below it. */
export async function usageOf(root: number): Promise<Usage> {
  const parents = new Map<number, number>();
  const cpu = new Map<number, number>();
  for (const entry of await readdir('/proc')) {
    const pid = Number(entry);
    if (!Number.isInteger(pid)) continue;
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
    if (stat === undefined) continue;
    // The command may hold spaces and parentheses: fields count from behind the last one.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    parents.set(pid, Number(fields[1]));
    const ticks = [11, 12, 13, 14].reduce((sum, index) => sum + Number(fields[index]), 0);
    cpu.set(pid, ticks / TICKS_PER_SECOND);
  }
  const inTree = (pid: number): boolean => {
    for (let at: number | undefined = pid; at !== undefined && at > 1; at = parents.get(at))
      if (at === root) return true;
    return false;
  };
  const usage: Usage = { cpuSeconds: 0, memoryMiB: 0 };
  for (const [pid, seconds] of cpu) {
    if (!inTree(pid)) continue;
    usage.cpuSeconds += seconds;
    usage.memoryMiB += (await memoryKiB(pid)) / 1024;
  }
  return usage;
}

async function memoryKiB(pid: number): Promise<number> {
  const rollup = await readFile(`/proc/${pid}/smaps_rollup`, 'utf8').catch(() => '');
  const proportional = /^Pss:\s+(\d+) kB/m.exec(rollup)?.[1];
  if (proportional !== undefined) return Number(proportional);
  const statm = await readFile(`/proc/${pid}/statm`, 'utf8').catch(() => '0 0');
  return Number(statm.split(' ')[1]) * PAGE_KIB;
}
