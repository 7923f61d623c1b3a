/** Clients that list, mostly in pages, with selectors or without, now and then as of an earlier revision. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Caller } from './caller.ts';
import { COLORS, collectionPath, RESOURCES, versionOf } from './objects.ts';
import type { Random } from './random.ts';
import type { Listing, Selection, Version } from './record.ts';
import { parametersOf } from './watchers.ts';

export interface ListerLog {
  lists: Listing[];
  oddities: string[];
  pages: number;
  expired: number;
}

export async function runLister(
  caller: Caller,
  { random, log }: { random: Random; log: ListerLog },
  signal: AbortSignal,
): Promise<void> {
  let earlier: number | undefined;
  while (!signal.aborted) {
    const selection: Selection = {
      resource: random.pick(RESOURCES),
      ...(random.next() < 0.3 ? { color: random.pick(COLORS) } : {}),
    };
    const exact = earlier !== undefined && random.next() < 0.2 ? earlier : undefined;
    const listing = await list(caller, selection, { limit: random.between(0, 3), exact, log });
    if (listing !== undefined) earlier = listing.revisions[0];
    await sleep(random.between(20, 200));
  }
}

/** All its pages, from whichever control plane answers; undefined when its revision expired on the way. */
export async function list(
  caller: Caller,
  selection: Selection,
  { limit, exact, log }: { limit: number; exact?: number | undefined; log: ListerLog },
): Promise<Listing | undefined> {
  const items: Version[] = [];
  const revisions: number[] = [];
  const common: Record<string, string> = {
    ...parametersOf(selection),
    ...(limit === 0 ? {} : { limit: String(limit) }),
  };
  const first: Record<string, string> =
    exact === undefined ? {} : { resourceVersion: String(exact), resourceVersionMatch: 'Exact' };
  let next = '';
  let times: { started: number; ended: number } | undefined;
  do {
    const query = new URLSearchParams({ ...common, ...(next === '' ? first : { continue: next }) });
    const answer = await caller.insist('GET', `${collectionPath(selection.resource)}?${query}`);
    if (answer.status === 410) {
      log.expired++;
      return undefined;
    }
    if (answer.status !== 200) {
      log.oddities.push(`list: ${answer.status} ${JSON.stringify(answer.body)}`);
      return undefined;
    }
    log.pages++;
    times ??= { started: answer.started, ended: answer.ended };
    revisions.push(Number(answer.body.metadata.resourceVersion));
    items.push(...answer.body.items.map((item: unknown) => versionOf(selection.resource, item)));
    next = answer.body.metadata.continue ?? '';
  } while (next !== '');
  const listing = { selection, revisions, items, ...times, ...(exact === undefined ? {} : { exact }) };
  log.lists.push(listing);
  return listing;
}
