/** Measures one row of the table: Kedge and raw SQL in turns, so that a noisy moment of the machine hits both. */
import type { BenchedControlPlane } from './control-plane.ts';
import { type Measured, median, percentile } from './load.ts';

const ROUNDS = 3;

export interface Row {
  what: string;
  clients: number | '';
  /** medians of the rounds */
  rate?: number;
  p50: number;
  p99: number;
  /** CPU milliseconds a request */
  cpu?: { api: number; postgres: number; client: number };
  /** Raw SQL against this row: above 1, Kedge is the faster one. */
  raw?: { rate?: number; milliseconds?: number; ratio: number };
}

/** `run` and `raw` are called once a round with the round's number and do the same count of requests. */
export async function measure(
  plane: Pick<BenchedControlPlane, 'usage'>,
  what: string,
  clients: number,
  run: (round: number) => Promise<Measured>,
  raw?: (round: number) => Promise<Measured>,
): Promise<Row> {
  const cpu = { api: 0, postgres: 0, client: 0 };
  const rounds: Measured[] = [];
  const limits: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const before = await plane.usage();
    const own = process.cpuUsage();
    const measured = await run(round);
    const { user, system } = process.cpuUsage(own);
    const after = await plane.usage();
    const milliseconds = 1000 / (measured.requests * ROUNDS);
    cpu.api += (after.controlPlane.cpuSeconds - before.controlPlane.cpuSeconds) * milliseconds;
    cpu.postgres += (after.postgres.cpuSeconds - before.postgres.cpuSeconds) * milliseconds;
    cpu.client += ((user + system) / 1e6) * milliseconds;
    rounds.push(measured);
    if (raw !== undefined) limits.push((await raw(round)).rate);
  }
  const rate = median(rounds.map((each) => each.rate));
  const latencies = rounds.flatMap((each) => each.latencies);
  return {
    what,
    clients,
    rate,
    p50: median(latencies),
    p99: percentile(latencies, 0.99),
    cpu,
    ...(raw === undefined ? {} : { raw: { rate: median(limits), ratio: rate / median(limits) } }),
  };
}

const HEAD = [
  'request',
  'clients',
  '/s',
  'p50 ms',
  'p99 ms',
  'API CPU ms',
  'PG CPU ms',
  'client CPU ms',
  'raw SQL',
  'ratio',
];
const WIDTHS = [26, 7, 5, 6, 6, 10, 9, 13, 7, 5];

export function printHead(): void {
  console.log(line(HEAD));
  console.log(line(WIDTHS.map((width, index) => (index === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`))));
}

export function printRow(row: Row): void {
  const { what, clients, rate, p50, p99, cpu, raw } = row;
  console.log(
    line([
      what,
      String(clients),
      rate?.toFixed(0) ?? '',
      p50.toFixed(1),
      Number.isNaN(p99) ? '' : p99.toFixed(1),
      cpu?.api.toFixed(2) ?? '',
      cpu?.postgres.toFixed(2) ?? '',
      cpu?.client.toFixed(2) ?? '',
      raw?.rate?.toFixed(0) ?? (raw?.milliseconds === undefined ? '' : `${raw.milliseconds.toFixed(0)} ms`),
      raw?.ratio.toFixed(2) ?? '',
    ]),
  );
}

/** A row of a Markdown table, aligned for terminals. */
function line(cells: readonly string[]): string {
  return `| ${cells.map((cell, index) => (index === 0 ? cell.padEnd(WIDTHS[0]!) : cell.padStart(WIDTHS[index]!))).join(' | ')} |`;
}
