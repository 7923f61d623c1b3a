/**
 * The judge of a history: what Kubernetes' clients rely on, whatever fails meanwhile. Pure; finds
 * - writes: none acknowledged is lost, none refused takes place, none twice; each on exactly the version it named, with the
 *   content it sent; every refusal was true at some moment of its request;
 * - order: revisions agree with real time (see order.ts), so that all of one key, and of the tenant, is linearizable;
 * - watches: each matching revision once, in order, with the right type and content, up to the end;
 * - lists: the state at their revision, in all their pages, and not older than what was acknowledged before them;
 * - tenants: nothing of another one anywhere.
 */
import { buildLog } from './log.ts';
import { checkOrder } from './order.ts';
import type { Content, History, Violation } from './record.ts';
import { checkLists, checkReads, checkWatches } from './views.ts';
import { attribute } from './writes.ts';

export interface Verdict {
  violations: Violation[];
  /** Changes of the tenant that were seen. */
  changes: number;
  /** Writes of unknown outcome that took place. */
  tookPlace: number;
}

/** The values of a tenant's writes begin with its name and a colon. */
export function check(history: History): Verdict {
  const violations: Violation[] = history.oddities.map((detail) => ({ rule: 'odd answer', detail }));
  checkTenant(history, violations);
  const log = buildLog(history, violations);
  const authors = attribute(history, log, violations);
  checkOrder(history, log, authors, violations);
  checkReads(history, log, violations);
  checkLists(history, log, violations);
  checkWatches(history, log, violations);
  return { violations, changes: log.entries.length, tookPlace: authors.tookPlace };
}

function checkTenant({ tenant, segments, lists, reads }: History, violations: Violation[]): void {
  const look = (where: string, content: Content | undefined) => {
    const value = content?.value;
    if (value === undefined || value.startsWith(`${tenant}:`)) return;
    violations.push({ rule: 'other tenant', detail: `${where} of ${tenant} showed ${value}` });
  };
  for (const { watcher, items } of segments) {
    for (const item of items) if (item.type !== 'BOOKMARK') look(watcher, item.content);
  }
  for (const { items } of lists) for (const item of items) look('a list', item.content);
  for (const { found } of reads) look('a read', found?.content);
}
