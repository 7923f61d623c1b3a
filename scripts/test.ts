/**
 * `npm test`: everything, on a machine with nothing but Node and npm. Static checks first, then the suites side by side:
 * those on a database, and those that need the whole machine (Docker, network). Ends with "N passed, N failed".
 */
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';

interface Outcome {
  passed: number;
  failed: number;
  skipped: number;
}

interface VitestReport {
  numPassedTests: number;
  numFailedTests: number;
  numPendingTests: number;
  numFailedTestSuites: number;
  success: boolean;
}

const reports = await mkdtemp(path.join(os.tmpdir(), 'kedge-test-'));

/** A check without a report of its own counts as one test. */
async function check(name: string, command: string, args: string[]): Promise<Outcome> {
  const code = await runCommand(name, command, args);
  return code === 0 ? { passed: 1, failed: 0, skipped: 0 } : { passed: 0, failed: 1, skipped: 0 };
}

async function suite(name: string, projects: readonly string[]): Promise<Outcome> {
  const file = path.join(reports, `${name}.json`);
  const code = await runCommand(name, 'vitest', [
    'run',
    ...projects.flatMap((project) => ['--project', project]),
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${file}`,
  ]);
  const report = await readFile(file, 'utf8').then(
    (text) => JSON.parse(text) as VitestReport,
    () => undefined,
  );
  if (report === undefined) return { passed: 0, failed: 1, skipped: 0 };
  // A file that fails to load, or an error outside any test, fails the run without a failed test.
  const failed = report.numFailedTests + (code !== 0 && report.numFailedTests === 0 ? 1 : 0);
  return { passed: report.numPassedTests, failed, skipped: report.numPendingTests };
}

function runCommand(name: string, command: string, args: string[]): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of [child.stdout, child.stderr]) {
      let rest = '';
      stream.setEncoding('utf8').on('data', (chunk: string) => {
        const lines = (rest + chunk).split('\n');
        rest = lines.pop() ?? '';
        for (const line of lines) console.log(`[${name}] ${line}`);
      });
      stream.on('end', () => {
        if (rest !== '') console.log(`[${name}] ${rest}`);
      });
    }
    child.on('error', reject);
    child.on('close', (code) => resolve(code ?? 1));
  });
}

const checks = await Promise.all([
  check('typecheck', 'npm', ['run', '--silent', 'typecheck']),
  check('lint', 'npm', ['run', '--silent', 'lint']),
]);
const suites = await Promise.all([
  (async () => [
    await suite('unit', ['unit']),
    await suite('integration', ['integration', 'hosts']),
    await check('build', 'npm', ['run', '--silent', 'build']),
  ])(),
  suite('e2e', ['e2e']),
]);
await rm(reports, { recursive: true, force: true });

const outcomes = [...checks, ...suites.flat()];
const total = (key: keyof Outcome) => outcomes.reduce((sum, each) => sum + each[key], 0);
const skipped = total('skipped') > 0 ? `, ${total('skipped')} skipped` : '';
console.log(`${total('passed')} passed, ${total('failed')} failed${skipped}`);
process.exitCode = total('failed') === 0 ? 0 : 1;
