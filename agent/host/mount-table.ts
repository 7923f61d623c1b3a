/** Mount points of the machine, as this process sees them. */
import * as fs from 'node:fs/promises';

/** Mount points at or below a folder, in the order in which they were mounted. */
export async function mountsBelow(folder: string): Promise<string[]> {
  const real = await fs.realpath(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (real === undefined) return [];
  const points: string[] = [];
  for (const line of (await fs.readFile('/proc/self/mountinfo', 'utf8')).split('\n')) {
    const point = line
      .split(' ')[4]
      ?.replaceAll(/\\(\d{3})/g, (_, octal) => String.fromCharCode(Number.parseInt(octal, 8)));
    if (point !== undefined && (point === real || point.startsWith(`${real}/`))) points.push(point);
  }
  return points;
}
