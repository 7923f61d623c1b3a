/** At the end everything that is stored reads back, is valid, and is what lists and watches show. */
import type { ResourceDefinition } from '../../../src/apiserver/registry/contract.ts';
import { surface } from './requests.ts';
import type { FuzzedTenant } from './tenants.ts';

interface Item {
  metadata: { name: string; namespace?: string };
}

const LANES = 8;

/** Tells failures to `fail`; returns how many objects were looked at. */
export async function checkStored(
  { name: tenant, session }: FuzzedTenant,
  fail: (what: string) => void,
): Promise<number> {
  let looked = 0;
  for (const definition of surface.stored) {
    const { group, version, resource } = definition;
    const root = group === '' ? `/api/${version}` : `/apis/${group}/${version}`;
    const items = await listAll(`${root}/${resource}`);
    const waiting = [...items];
    await Promise.all(
      Array.from({ length: LANES }, async () => {
        for (let item = waiting.pop(); item !== undefined; item = waiting.pop()) {
          looked++;
          const problem = await checkOne(pathOf(root, definition, item), definition);
          if (problem !== undefined) fail(`${tenant}: ${problem}`);
        }
      }),
    );
    if (definition.verbs === undefined || definition.verbs.includes('watch')) await checkWatch(`${root}/${resource}`);
  }
  return looked;

  async function listAll(path: string): Promise<Item[]> {
    const items: Item[] = [];
    let token = '';
    do {
      const reply = await session.request('GET', `${path}?limit=200&continue=${encodeURIComponent(token)}`);
      if (reply.status !== 200) {
        fail(`${tenant}: list of ${path}: ${reply.status} ${reply.text.slice(0, 300)}`);
        return items;
      }
      items.push(...reply.body.items);
      token = reply.body.metadata.continue ?? '';
    } while (token !== '');
    return items;
  }

  /** Put back as it was read, which validates it. Controllers may change it, or take it away, in between. */
  async function checkOne(path: string, { verbs }: ResourceDefinition): Promise<string | undefined> {
    for (let attempt = 0; ; attempt++) {
      const got = await session.request('GET', path);
      if (got.status === 404) return undefined;
      if (got.status !== 200) return `GET ${path}: ${got.status} ${got.text.slice(0, 300)}`;
      if (verbs !== undefined && !verbs.includes('update')) return undefined;
      const put = await session.request('PUT', `${path}?dryRun=All`, {
        body: got.text,
        headers: { 'content-type': 'application/json' },
      });
      if (put.status === 200 || put.status === 404) return undefined;
      if (put.status !== 409 || attempt > 5)
        return `PUT ${path}?dryRun=All: ${put.status} ${put.text.slice(0, 600)}\n${got.text.slice(0, 3000)}`;
    }
  }

  /** Its initial events are what a list shows, unless somebody writes in between. */
  async function checkWatch(path: string): Promise<void> {
    const query =
      'watch=1&timeoutSeconds=20&allowWatchBookmarks=1&sendInitialEvents=1&resourceVersionMatch=NotOlderThan';
    let difference = '';
    for (let attempt = 0; attempt < 4; attempt++) {
      const watch = await session.watch(`${path}?${query}`);
      const seen = new Set<string>();
      for (let event = await watch.next(); event !== undefined; event = await watch.next()) {
        if (event.type === 'BOOKMARK') break;
        if (event.type === 'ADDED') seen.add(keyOf(event.object));
        else if (event.type === 'DELETED') seen.delete(keyOf(event.object));
      }
      await watch.cancel();
      const listed = new Set((await listAll(path)).map(keyOf));
      difference = [...listed.symmetricDifference(seen)].slice(0, 5).join();
      if (difference === '') return;
    }
    fail(`${tenant}: list and watch of ${path} differ: ${difference}`);
  }
}

function keyOf({ metadata: { namespace = '', name } }: Item): string {
  return `${namespace}/${name}`;
}

function pathOf(root: string, { resource, namespaced }: ResourceDefinition, { metadata }: Item): string {
  const where = namespaced ? `namespaces/${metadata.namespace}/` : '';
  return `${root}/${where}${resource}/${encodeURIComponent(metadata.name)}`;
}
