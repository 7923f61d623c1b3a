import { type FileHandle, open } from 'node:fs/promises';

/**
 * A log to append to, for its owner alone: names of objects and of users are in it. One that an older version made for
 * everyone to read is closed to others.
 */
export async function openLog(file: string): Promise<FileHandle> {
  const log = await open(file, 'a', 0o600);
  await log.chmod(0o600);
  return log;
}
