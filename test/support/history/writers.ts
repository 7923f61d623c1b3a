/** Clients that create, replace, patch and delete objects of the key space, each with texts that nobody else writes. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Answer, Caller } from './caller.ts';
import { COLORS, collectionPath, KEYS, objectOf, pathOf, resourceOf, versionOf } from './objects.ts';
import type { Random } from './random.ts';
import { COLOR, type Content, type Key, type Outcome, type Read, type Version, type Write } from './record.ts';

export interface WriterLog {
  writes: Write[];
  reads: Read[];
  oddities: string[];
}

const VERBS = ['create', 'create', 'create', 'put', 'put', 'put', 'put', 'patch', 'patch', 'delete', 'delete'] as const;

export async function runWriter(
  caller: Caller,
  { tenant, writer, random, log }: { tenant: string; writer: number; random: Random; log: WriterLog },
  signal: AbortSignal,
): Promise<void> {
  /** What it saw of each key, to name versions that may be old. */
  const known = new Map<Key, Version>();
  for (let count = 0; !signal.aborted; count++) {
    const key = random.pick(KEYS);
    const verb = random.pick(VERBS);
    // Leases cannot be replaced without naming a version.
    const names = verb !== 'create' && ((verb === 'put' && resourceOf(key) === 'leases') || random.next() < 0.7);
    if (names && (known.get(key) === undefined || random.next() < 0.8)) {
      const found = await read(caller, key, log);
      if (found === undefined) known.delete(key);
      else known.set(key, found);
    }
    const version = known.get(key);
    if (names && version === undefined) continue;
    const content: Content =
      verb === 'delete'
        ? {}
        : {
            value: `${tenant}:${writer}-${count}`,
            ...(verb === 'patch' ? { [`by-${writer}`]: String(count) } : {}),
            ...(verb !== 'patch' || random.next() < 0.3 ? { [COLOR]: random.pick(COLORS) } : {}),
          };
    const expects = names ? { revision: version!.revision, uid: version!.uid } : undefined;
    const outcome = await write(caller, { key, verb, content, ...(expects === undefined ? {} : { expects }) }, log);
    await sleep(outcome.kind === 'acknowledged' ? random.between(0, 30) : random.between(10, 100));
  }
}

async function read(caller: Caller, key: Key, { reads, oddities }: WriterLog): Promise<Version | undefined> {
  const answer = await caller.call('GET', pathOf(key));
  const { started, ended, status } = answer;
  if (status === 200 || status === 404) {
    const found = status === 200 ? versionOf(resourceOf(key), answer.body) : undefined;
    reads.push({ key, found, started, ended });
    return found;
  }
  if (status !== undefined && !isExcused(status)) oddities.push(`GET ${key}: ${status} ${JSON.stringify(answer.body)}`);
  return undefined;
}

/** Writes, and writes down what became of it. */
export async function write(
  caller: Caller,
  asked: Pick<Write, 'key' | 'verb' | 'content' | 'expects'>,
  log: WriterLog,
): Promise<Outcome> {
  const answer = await send(caller, asked);
  const outcome = outcomeOf(answer, asked.verb, resourceOf(asked.key), log);
  log.writes.push({ ...asked, started: answer.started, ended: answer.ended, outcome });
  return outcome;
}

function send(caller: Caller, { key, verb, content, expects }: Parameters<typeof write>[1]): Promise<Answer> {
  const named = expects && { resourceVersion: String(expects.revision), uid: expects.uid };
  switch (verb) {
    case 'create':
      return caller.call('POST', collectionPath(resourceOf(key)), objectOf(key, content));
    case 'put':
      return caller.call('PUT', pathOf(key), objectOf(key, content, named));
    case 'patch':
      return caller.call('PATCH', pathOf(key), objectOf(key, content, named), 'application/merge-patch+json');
    case 'delete':
      return caller.call('DELETE', pathOf(key), {
        apiVersion: 'v1',
        kind: 'DeleteOptions',
        ...(named === undefined ? {} : { preconditions: named }),
      });
  }
}

/** 429, 503 and 504 are what a client is told under faults. */
function isExcused(status: number): boolean {
  return status === 429 || status === 503 || status === 504;
}

const REFUSALS = new Map([
  [404, 'NotFound'],
  [409, 'Conflict'],
]);

function outcomeOf(answer: Answer, verb: string, resource: string, { oddities }: WriterLog): Outcome {
  if (answer.status === undefined) return { kind: 'unknown', why: answer.why };
  const { status, body } = answer;
  if (status < 300) {
    if (verb !== 'delete') {
      const { revision, uid } = versionOf(resource, body);
      return { kind: 'acknowledged', revision, uid };
    }
    return { kind: 'acknowledged', uid: body.kind === 'Status' ? body.details.uid : body.metadata.uid };
  }
  const reason: string = body.reason ?? '';
  if (status === 429) return { kind: 'refused', status, reason };
  if (isExcused(status)) return { kind: 'unknown', why: `${status} ${reason}` };
  const expected = verb === 'create' ? { 409: 'AlreadyExists' }[status] : REFUSALS.get(status);
  if (reason !== expected) oddities.push(`${verb} ${resource}: ${status} ${JSON.stringify(body)}`);
  return status >= 500 ? { kind: 'unknown', why: String(status) } : { kind: 'refused', status, reason };
}
