/** Programs of the machine. Only host/ starts processes. */

import { spawn } from 'node:child_process';
import { guarded } from '../../src/meta/guard.ts';

export class CommandError extends Error {
  readonly exitCode: number | null;
  constructor(command: string, exitCode: number | null, stderr: string) {
    super(`${command}: exit code ${exitCode}: ${stderr.trim()}`);
    this.name = 'CommandError';
    this.exitCode = exitCode;
  }
}

export type RunCommand = (command: string, args: readonly string[], input?: string) => Promise<string>;

/** Resolves with standard output; throws CommandError for another exit code than 0 and Error when there is no such program. */
export const runCommand: RunCommand = (command, args, input = '') =>
  new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: 'pipe' });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on(
      'data',
      guarded('program output', (text: string) => {
        stdout += text;
      }),
    );
    child.stderr.setEncoding('utf8').on(
      'data',
      guarded('program output', (text: string) => {
        stderr += text;
      }),
    );
    // A program that fails early does not read its input; its exit code says enough.
    child.stdin.on('error', () => {});
    child.on('error', reject);
    child.on(
      'close',
      guarded('program end', (code: number | null) =>
        code === 0 ? resolve(stdout) : reject(new CommandError(`${command} ${args.join(' ')}`, code, stderr)),
      ),
    );
    child.stdin.end(input);
  });
