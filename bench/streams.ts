/**
 * What streams cost, of a cluster that runs and a pod in it whose image has sh, head and cat: time to the first byte of an
 * exec beside that of Docker's own, and bytes a second each way. The client is the kubectl on PATH (or in KUBECTL).
 *
 *   KUBECONFIG=… npm run bench:streams -- <pod> <container>
 */
import { spawn, spawnSync } from 'node:child_process';

const [pod = '', container = ''] = process.argv.slice(2);
const kubectl = process.env.KUBECTL ?? 'kubectl';
const ROUNDS = 30;
const BYTES = 200_000_000;

if (pod === '' || container === '') {
  process.stderr.write('usage: npm run bench:streams -- <pod> <container>\n');
  process.exit(2);
}

const exec = (...command: string[]) => ['exec', '-i', pod, '-c', container, '--', ...command];

/** Milliseconds from the start of the program to its first output. */
function firstByte(program: string, args: readonly string[]): Promise<number> {
  return new Promise((resolve, reject) => {
    const began = performance.now();
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    child.stdout.once('data', () => resolve(performance.now() - began));
    child.once('error', reject);
    child.once('close', () => reject(new Error(`${program} said nothing`)));
  });
}

async function median(program: string, args: readonly string[]): Promise<number> {
  const all: number[] = [];
  for (let round = 0; round < ROUNDS; round++) all.push(await firstByte(program, args));
  return all.sort((a, b) => a - b)[ROUNDS / 2]!;
}

function throughput(args: readonly string[], input: number): number {
  const began = performance.now();
  const done = spawnSync('sh', [
    '-c',
    `${input > 0 ? `head -c ${input} /dev/zero | ` : ''}"$@" > /dev/null`,
    'sh',
    kubectl,
    ...args,
  ]);
  if (done.status !== 0) throw new Error(String(done.stderr));
  return BYTES / 1000 / (performance.now() - began);
}

const id = spawnSync(kubectl, [
  'get',
  'pod',
  pod,
  '-o',
  `jsonpath={.status.containerStatuses[?(@.name=="${container}")].containerID}`,
]).stdout.toString();
const docker = await median('docker', ['exec', id.replace('docker://', ''), 'echo', 'x']);
const ours = await median(kubectl, exec('echo', 'x'));
const rows: [string, string][] = [
  ['exec, first byte, p50 of docker', `${docker.toFixed(0)} ms`],
  ['exec, first byte, p50 of kubectl', `${ours.toFixed(0)} ms`],
  ['exec, beyond docker', `${(ours - docker).toFixed(0)} ms`],
  ['exec, output', `${throughput(exec('head', '-c', String(BYTES), '/dev/zero'), 0).toFixed(0)} MB/s`],
  ['exec, input', `${throughput(exec('sh', '-c', 'cat >/dev/null'), BYTES).toFixed(0)} MB/s`],
];
for (const [name, value] of rows) process.stdout.write(`${name.padEnd(36)}${value}\n`);
