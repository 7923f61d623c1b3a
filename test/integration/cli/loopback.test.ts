/** `kedge up` on an address that pods cannot reach says so, for the Service kubernetes sends them to the machine's. */
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import { freshDatabase } from '../../support/postgres.ts';
import { start } from '../../support/started.ts';

const KEDGE = path.join(new URL('../../..', import.meta.url).pathname, 'bin/kedge.js');
const WARNING = '! pods cannot reach the API, which listens on 127.0.0.1 alone: --listen 0.0.0.0:0 lets them';

test.each<[string, string[], boolean]>([
  ['loopback warns', ['--listen', '127.0.0.1:0'], true],
  ['loopback, with another way in, does not', ['--listen', '127.0.0.1:0', '--advertise-address', '192.0.2.1'], false],
  ['loopback, without an agent, does not', ['--listen', '127.0.0.1:0', '--no-agent'], false],
  ['every address does not', ['--listen', '0.0.0.0:0'], false],
])('%s', async (_, flags, warns) => {
  const fresh = await freshDatabase();
  const folder = await mkdtemp(path.join(os.tmpdir(), 'kedge-loopback-'));
  // No Docker is there: nothing is joined.
  const nodeless = ['--no-install', '--docker-socket', path.join(folder, 'none.sock')];
  const up = start(process.execPath, [
    ...[KEDGE, 'up', '--data-dir', folder, '--database-url', fresh.url, ...nodeless, ...flags],
  ]);
  try {
    await up.says('\nReady: ');
    expect(up.output().includes(WARNING)).toBe(warns);
  } finally {
    await up.interrupt();
    await rm(folder, { recursive: true, force: true });
    await fresh.close();
  }
});
