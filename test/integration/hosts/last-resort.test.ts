import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

const MODULES = new URL('../../../src/', import.meta.url);

/** A process with the last resort, in which nobody catches what a timer and a promise throw. */
const PROGRAM = `
  import { installLastResort } from '${MODULES}hosts/node/last-resort.ts';
  import { faultCounts, onFault } from '${MODULES}meta/guard.ts';
  installLastResort();
  onFault(() => { throw new Error('no log either'); });
  setTimeout(() => { throw new Error('thrown at nobody'); }, 1);
  Promise.reject(new Error('rejected for nobody'));
  setTimeout(() => console.log(JSON.stringify([...faultCounts()].sort())), 50);
`;

it('S0: what escapes every guard is counted, and does not end the process', async () => {
  const run = promisify(execFile)(process.execPath, ['--input-type=module', '-e', PROGRAM]);
  const { stdout } = await run;
  expect(JSON.parse(stdout)).toEqual([
    ['uncaughtException', 1],
    ['unhandledRejection', 1],
  ]);
});
