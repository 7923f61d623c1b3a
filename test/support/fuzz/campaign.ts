/**
 * A seeded run of requests against a real host in two tenants at once, and what must hold all the while (judge.ts) and at the end.
 *
 * A stall is told from a noisy machine so: the host tells the turns of its event loop that took over 200 ms; each request that was
 * under way then is sent again alone, and only when the loop stood over 200 ms in each of three times, at least 150 ms of them on the
 * thread's own CPU time, it is a failure. A turn of over 200 ms of CPU is one whatever repeats it: no other program adds to that.
 */
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Answer, createFuzzClient, type Sent } from './client.ts';
import { type Probed, startFuzzedHost, startProbe } from './host.ts';
import type { Measured } from './host-process.ts';
import { wrongWith } from './judge.ts';
import { rawRequest } from './raw.ts';
import { type FuzzRequest, makeRequest } from './requests.ts';
import { checkStored } from './stored.ts';
import { type FuzzedTenant, makeTenants } from './tenants.ts';

export interface CampaignOptions {
  databaseUrl: string;
  seed: number;
  requests: number;
  /** Requests under way at once. */
  lanes?: number;
  /** Ends earlier, with what was done by then, in seconds. */
  deadlineSeconds?: number;
}

export interface Outcome {
  seed: number;
  /** Sent and judged. */
  requests: number;
  seconds: number;
  /** By code. */
  answers: Record<string, number>;
  /** Each with the request as it can be sent again; of one kind, the first few. */
  failures: string[];
  /** Objects that were read back at the end. */
  stored: number;
  /** /livez beside it, in milliseconds. */
  livez: Probed;
  /** Turns of the event loop over 200 ms, and the longest in milliseconds by the clock and of the thread's CPU time. */
  stalls: { count: number; longest: number; longestCpu: number; suspects: number };
  /** After a collection, at a fifth of the requests and at the end. */
  memory: { early: Measured; late: Measured };
}

/** What no turn of the event loop may take. */
export const STALL_MS = 200;
const STALL_CPU_MS = 150;
const EACH_KIND = 3;

interface Done {
  request: FuzzRequest;
  sent: Sent;
  began: number;
  ended: number;
}

export async function runCampaign(options: CampaignOptions): Promise<Outcome> {
  const { seed, requests, lanes = 8, deadlineSeconds = 3600 } = options;
  const host = await startFuzzedHost(options.databaseUrl);
  const client = createFuzzClient(host.url, host.ca);
  const tenants = await makeTenants(host, seed);
  const endProbe = startProbe(host.url, host.ca);
  const failures = createFailures(seed);
  const answers: Record<string, number> = {};
  const done: Done[] = [];
  let looked = 0;
  let suspects = 0;
  let next = 0;
  const started = performance.now();
  // What was found before is told all the same.
  const fails = (error: Error) => failures.addText(error.message);
  const expired = () => performance.now() - started > deadlineSeconds * 1000;

  async function one(request: FuzzRequest): Promise<void> {
    const tenant = tenants[request.tenant];
    const other = tenants[1 - request.tenant]!;
    const sent = tenant.address(request);
    const began = epoch();
    try {
      const answer = await client.send(sent, request);
      count(answers, answer);
      tenant.learn(answer);
      const wrong = wrongWith(answer, request.method, [other.canary, other.token]);
      if (wrong !== undefined) failures.add(wrong, request, sent);
    } catch (error) {
      failures.add(`no answer: ${(error as Error).message}`, request, sent);
    }
    done.push({ request, sent, began, ended: epoch() });
  }

  /** Rounds, so that suspects run alone. */
  async function run(until: number): Promise<void> {
    while (next < until && !expired() && !host.dead()) {
      const end = Math.min(until, next + 250);
      await Promise.all(
        Array.from({ length: lanes }, async () => {
          while (next < end && !host.dead()) await one(makeRequest(seed, next++));
        }),
      );
      await sleep(30); // Turns that just ended are told.
      await accuse();
      done.length = 0;
      for (const tenant of tenants) await tenant.calm().catch(fails);
    }
  }

  async function accuse(): Promise<void> {
    const long = host.stalls.slice(looked).filter(({ wall }) => wall > STALL_MS);
    looked = host.stalls.length;
    const accused = done.filter(({ began, ended }) =>
      long.some(({ at, wall, cpu }) => cpu > STALL_CPU_MS && began < at && ended > at - wall),
    );
    for (const { request, sent } of accused) {
      suspects++;
      const stood = await standsAlone(sent, request);
      if (stood !== undefined)
        failures.add(
          `the event loop stood each of three times, for ${stood.toFixed()} ms of CPU at least`,
          request,
          sent,
        );
    }
    looked = host.stalls.length;
  }

  /** The shortest of three stalls, when each time there was one. */
  async function standsAlone(sent: Sent, request: FuzzRequest): Promise<number | undefined> {
    let shortest = Number.POSITIVE_INFINITY;
    for (let times = 0; times < 3; times++) {
      const before = host.stalls.length;
      await client.send(sent, request).catch(() => {});
      await sleep(30);
      const long = host.stalls.slice(before).filter(({ wall, cpu }) => wall > STALL_MS && cpu > STALL_CPU_MS);
      if (long.length === 0) return undefined;
      shortest = Math.min(shortest, Math.max(...long.map(({ cpu }) => cpu)));
    }
    return shortest;
  }

  try {
    await run(Math.ceil(requests / 5));
    const early = await host.measure();
    await run(requests);
    const seconds = (performance.now() - started) / 1000;
    if (host.dead())
      throw new Error(
        `the host ended (seed ${seed}); under way: ${done
          .slice(-lanes)
          .map(({ sent, request }) => rawRequest(sent, request.http2))
          .join('\n\n')}`,
      );
    const livez = await endProbe();
    const late = await host.measure();
    for (const name of late.polluted) failures.addText(`a global prototype has ${name}`);
    let stored = 0;
    for (const tenant of tenants) stored += (await checkStored(tenant, failures.addText).catch(fails)) ?? 0;
    await checkStrangers(tenants, failures.addText);
    for (const line of await host.faults()) failures.addText(`the host logged ${line.slice(0, 1500)}`);
    const over = host.stalls.filter(({ wall }) => wall > STALL_MS);
    return {
      seed,
      requests: next,
      seconds,
      answers,
      failures: failures.all(),
      stored,
      livez,
      stalls: {
        count: over.length,
        longest: most(over.map(({ wall }) => wall)),
        longestCpu: most(over.map(({ cpu }) => cpu)),
        suspects,
      },
      memory: { early, late },
    };
  } finally {
    client.close();
    await endProbe().catch(() => {});
    await host.stop();
  }
}

/** The token of one tenant opens nothing of the other. */
async function checkStrangers([one, two]: [FuzzedTenant, FuzzedTenant], fail: (what: string) => void): Promise<void> {
  for (const [mine, other] of [
    [one, two],
    [two, one],
  ] as const) {
    const { status } = await mine.session.request('GET', `/t/${other.name}/api/v1/secrets`);
    if (status !== 401) fail(`${mine.name} in /t/${other.name}: ${status}`);
    const { text } = await mine.session.request('GET', '/api/v1/secrets');
    if (text.includes(other.canary)) fail(`${mine.name} reads ${other.canary}`);
  }
}

function createFailures(seed: number) {
  const kinds = new Map<string, { count: number; shown: string[] }>();
  const keep = (what: string, shown: string) => {
    const kind = what
      .slice(0, 400)
      .replaceAll(/\d+|"[^"]*"|f\d/g, '#')
      .slice(0, 120);
    const known = kinds.get(kind) ?? { count: 0, shown: [] };
    known.count++;
    if (known.shown.length < EACH_KIND) known.shown.push(shown);
    kinds.set(kind, known);
  };
  return {
    add(what: string, { index, http2 }: FuzzRequest, sent: Sent) {
      keep(what, `seed ${seed}, request ${index}: ${what}\n${rawRequest(sent, http2)}`);
    },
    addText: (what: string) => keep(what, `seed ${seed}: ${what}`),
    all: () => [...kinds.values()].map(({ count, shown }) => `${count} times:\n${shown.join('\n\n')}`),
  };
}

function count(answers: Record<string, number>, { status }: Answer): void {
  answers[status] = (answers[status] ?? 0) + 1;
}

function most(values: readonly number[]): number {
  return Math.round(Math.max(0, ...values));
}

function epoch(): number {
  return performance.timeOrigin + performance.now();
}

/** One line. */
export function summary({ seed, requests, seconds, answers, stored, livez, stalls, memory }: Outcome): string {
  const codes = Object.entries(answers)
    .sort()
    .map(([code, times]) => `${code} ${times}`)
    .join(', ');
  const mib = (bytes: number) => Math.round(bytes / 2 ** 20);
  const { early, late } = memory;
  return [
    `fuzz: seed ${seed}, ${requests} requests in ${Math.round(seconds)} s (${codes})`,
    `${stored} objects read back`,
    `livez ${livez.count} times: p50 ${livez.p50.toFixed(1)}, p99 ${livez.p99.toFixed()}, max ${livez.max.toFixed()} ms, ${livez.over200} over 200`,
    `turns over 200 ms: ${stalls.count} (longest ${stalls.longest} ms, ${stalls.longestCpu} of CPU; ${stalls.suspects} requests tried again alone)`,
    `memory after collection ${mib(early.rss)} to ${mib(late.rss)} MiB, heap ${mib(early.heapUsed)} to ${mib(late.heapUsed)} MiB, of that changes for watches ${mib(early.rings)} to ${mib(late.rings)} MiB`,
  ].join('; ');
}
