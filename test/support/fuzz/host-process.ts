/**
 * The host in a process of its own, which tells what only it can see: turns of its event loop that took long and what of them was
 * the thread's own CPU time, its memory after a collection, and whether somebody changed a global prototype.
 */
import { performance } from 'node:perf_hooks';
import { ChangeRing } from '../../../src/apiserver/storage/change-ring.ts';
import { KEYS } from '../../hosts/encryption.ts';
import { startTestNodeHost } from '../node-host.ts';

export interface Stall {
  /** Milliseconds of the epoch at which the turn ended. */
  at: number;
  /** Milliseconds that it took. */
  wall: number;
  /** Milliseconds that the thread worked: the rest it waited for a processor. */
  cpu: number;
}

export interface Measured {
  rss: number;
  heapUsed: number;
  /** Of the heap, about: bytes of recent changes that are kept for watches, which fill up to a bound (16 Mi characters a tenant). */
  rings: number;
  /** Names that were not there when the host started. */
  polluted: string[];
}

const EVERY_MS = 10;
const TOLD_MS = 100;
const PROTOTYPES = { Object, Array, Function, String, Number, Boolean, Map, Set, Promise, RegExp, Error, Date };

const rings = new Set<ChangeRing>();
const { append } = ChangeRing.prototype;
ChangeRing.prototype.append = function (batch) {
  rings.add(this);
  append.call(this, batch);
};

const host = await startTestNodeHost({ databaseUrl: process.argv[2]!, encryptionKeys: KEYS });
const before = namesOfPrototypes();

let turned = performance.now();
let worked = process.threadCpuUsage();
setInterval(() => {
  const now = performance.now();
  const { user, system } = process.threadCpuUsage(worked);
  const wall = now - turned;
  if (wall > TOLD_MS) {
    const stall: Stall = { at: performance.timeOrigin + now, wall, cpu: (user + system) / 1000 };
    process.send!({ stall });
  }
  turned = now;
  worked = process.threadCpuUsage();
}, EVERY_MS);

process.on('message', (ask: { measure?: number; stop?: boolean }) => {
  if (ask.stop) void host.stop().then(() => process.exit(0));
  else if (ask.measure !== undefined) measure(ask.measure);
});
process.send!({ started: { url: host.url, ca: host.ca, token: host.token, logFile: host.logFile } });

function measure(id: number): void {
  for (let times = 0; times < 3; times++) globalThis.gc!();
  // What was collected just now is no turn that a request took.
  turned = performance.now();
  worked = process.threadCpuUsage();
  const { rss, heapUsed } = process.memoryUsage();
  const polluted = [...namesOfPrototypes()].filter((name) => !before.has(name));
  const measured: Measured = { rss, heapUsed, rings: sizeOfRings(), polluted };
  process.send!({ id, measured });
}

/** An object and a few texts beside its bodies: what a snapshot of the heap showed of a change. */
const EACH_CHANGE = 300;

function sizeOfRings(): number {
  const bodies = new Set<string>();
  let changes = 0;
  for (const ring of rings) {
    const kept = ring.read(ring.floor, Number.POSITIVE_INFINITY)?.changes ?? [];
    changes += kept.length;
    for (const change of kept) {
      bodies.add(change.current.body);
      if (change.type === 'MODIFIED' && change.previous !== undefined) bodies.add(change.previous.body);
    }
  }
  return [...bodies].reduce((sum, { length }) => sum + length, changes * EACH_CHANGE);
}

function namesOfPrototypes(): Set<string> {
  return new Set(
    Object.entries(PROTOTYPES).flatMap(([name, { prototype }]) =>
      Reflect.ownKeys(prototype).map((key) => `${name}.${String(key)}`),
    ),
  );
}
