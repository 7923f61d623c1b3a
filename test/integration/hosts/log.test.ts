import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { expect, it } from 'vitest';
import { createLog } from '../../../src/hosts/node/log.ts';
import { eventually } from '../../support/eventually.ts';

const dropped = ({ dropped }: ReturnType<typeof createLog>) => [...dropped.collect()][0]!.value;

it('S10: a log on a full disk throws nothing, holds a bounded part, and counts the rest', async () => {
  // Every write to it fails with ENOSPC. An error event that nobody hears would fail this run.
  const full = createLog('/dev/full', 'info');
  for (let i = 0; i < 200; i++) {
    full.log.info({ i, text: 'x'.repeat(20_000) }, 'a line');
    await new Promise((resolve) => setImmediate(resolve));
  }
  // 200 lines of 20 kB, of which 1 MiB is kept.
  expect(dropped(full)).toBeGreaterThan(140);
  expect(dropped(full)).toBeLessThan(160);
});

it('S27: a log is for its owner alone, and has its lines', async () => {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'kedge-log-'));
  const file = path.join(folder, 'host.log');
  const own = createLog(file, 'info');
  own.log.info({ error: new Error('no room') }, 'it failed');
  await eventually(async () => expect(await readFile(file, 'utf8')).toMatch(/"message":"no room".*"msg":"it failed"/));
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  expect(dropped(own)).toBe(0);
  await rm(folder, { recursive: true });
});
