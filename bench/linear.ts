/**
 * `npm run bench:linear`: doubles the input of whatever clients' bodies pass through and fails when that takes more than
 * 2.3 times as long. What follows `--` are words that an operation's name must contain, e.g. `-- create Pod`; with `all`, fields are
 * measured in each place where a schema is used, which takes half an hour. Times are
 * the least of rounds that take turns; what looks wrong is measured again.
 */
import { type Operation, operations } from './linear/operations.ts';

const MAX_RATIO = 2.3;
/** Milliseconds below which the clock, the collector and the compiler say more than the input. */
const TOO_SHORT = 40;
const ROUNDS = 4;
const RETRIES = 3;

/** Milliseconds of the processor that this thread had: others on the machine do not count. */
async function time(run: () => unknown): Promise<number> {
  const { user, system } = process.threadCpuUsage();
  await run();
  const now = process.threadCpuUsage();
  return (now.user + now.system - user - system) / 1000;
}

interface Measured {
  single: number;
  double: number;
  ratio: number;
}

async function measure({ size, prepare }: Operation): Promise<Measured> {
  const [once, twice] = [prepare(size), prepare(2 * size)];
  let [single, double] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  for (let round = 0; round < ROUNDS; round += 1) {
    single = Math.min(single, await time(once));
    double = Math.min(double, await time(twice));
    // The first round compiles; short ones need no others.
    if (round > 0 && double < TOO_SHORT) break;
  }
  return { single, double, ratio: double < TOO_SHORT ? 0 : double / single };
}

async function judge(operation: Operation): Promise<Measured> {
  let best = await measure(operation);
  for (let retry = 0; retry < RETRIES && best.ratio > MAX_RATIO; retry += 1) {
    const again = await measure(operation);
    if (again.ratio < best.ratio) best = again;
  }
  if (best.ratio <= MAX_RATIO) return best;
  // Tables that outgrow the processor's caches cost once what more work than the input costs at each doubling.
  const further = await measure({ ...operation, size: 2 * operation.size });
  return further.ratio < best.ratio ? further : best;
}

const words = process.argv.slice(2).filter((word) => word !== 'all');
const chosen = operations({ everywhere: process.argv.includes('all') }).filter(({ name }) =>
  words.every((word) => name.includes(word)),
);
const failed: string[] = [];
let longest = { name: '', double: 0 };
for (const operation of chosen) {
  const { single, double, ratio } = await judge(operation);
  const wrong = ratio > MAX_RATIO;
  const line = `${operation.name}: ${single.toFixed(1)} ms, doubled ${double.toFixed(1)} ms${ratio === 0 ? '' : `, ${ratio.toFixed(2)} times`}`;
  if (wrong) failed.push(line);
  if (wrong || words.length > 0 || double >= 100) console.log(wrong ? `${line} TOO MUCH` : line);
  if (double > longest.double) longest = { name: operation.name, double };
}
console.log(`${chosen.length} operations; the longest is ${longest.name} with ${longest.double.toFixed(0)} ms`);
if (failed.length > 0) {
  console.log(`${failed.length} grow faster than their input`);
  process.exitCode = 1;
}
