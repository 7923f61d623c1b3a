#!/usr/bin/env node
// The one way in that any Node can load: it says what is missing, and hands over to the pinned Node, which runs TypeScript
// as it is. npm puts node_modules/.bin first on the PATH, so mostly this is the pinned one already.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

const LEAST_NODE = 24;
const main = new URL('../src/cli/main.ts', import.meta.url);
const fail = (message) => {
  console.error(`kedge: ${message}`);
  process.exitCode = 1;
};

if (!existsSync(new URL('../node_modules/commander/package.json', import.meta.url)) && !isInstalled()) {
  fail(`its packages are not installed: run npm ci in ${fileURLToPath(new URL('..', import.meta.url))}`);
} else if (Number(process.versions.node.split('.')[0]) >= LEAST_NODE) {
  import('../src/cli/compile-cache.js').then(() => import(main.href)).catch((error) => fail(error.message));
} else {
  const pinned = pinnedNode();
  if (pinned === undefined) fail(`Node ${process.versions.node} is too old: run npm ci (it brings Node ${LEAST_NODE})`);
  else handOver(pinned);
}

/** Installed as a dependency, its packages may lie further up. */
function isInstalled() {
  try {
    createRequire(import.meta.url).resolve('commander');
    return true;
  } catch {
    return false;
  }
}

function pinnedNode() {
  try {
    const node = createRequire(import.meta.url).resolve('node/bin/node');
    return existsSync(node) ? node : undefined;
  } catch {
    return undefined;
  }
}

function handOver(node) {
  const child = spawn(node, [fileURLToPath(main), ...process.argv.slice(2)], { stdio: 'inherit' });
  // Ctrl-C reaches the whole group of processes, and a second SIGINT would mean impatience; the others come here alone.
  process.on('SIGINT', () => {});
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('error', (error) => fail(`cannot run ${node}: ${error.message}`));
  child.on('exit', (code) => {
    process.exitCode = code === null ? 1 : code;
  });
}
