#!/usr/bin/env node
// npm puts node_modules/.bin first on the PATH, so this is the pinned Node, which runs TypeScript as it is. Started
// another way (a link, a global install) it may be an older one: then hand over to the pinned one.
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

const main = new URL('../src/cli/main.ts', import.meta.url);
if (Number(process.versions.node.split('.')[0]) >= 24) {
  await import(main.href);
} else {
  const pinned = createRequire(import.meta.url).resolve('node/bin/node');
  const child = spawnSync(pinned, [fileURLToPath(main), ...process.argv.slice(2)], { stdio: 'inherit' });
  process.exitCode = child.status ?? 1;
}
