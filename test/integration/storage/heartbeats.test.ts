import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Store } from '../../../src/apiserver/storage/contract.ts';
import { createSignsOfLife, withHeartbeats } from '../../../src/apiserver/storage/postgres/index.ts';
import { creation, deletion, namespace, update } from '../../contract/storage.ts';
import { type FreshStore, freshStore } from '../../support/storage.ts';

const RESOURCE = 'leases.coordination.k8s.io';
const NAMESPACE = 'kube-node-lease';

let fresh: FreshStore;
let store: Store;

beforeAll(async () => {
  fresh = await freshStore();
  store = withHeartbeats(fresh.store, fresh.db);
  await store.write(fresh.tenant, [namespace(NAMESPACE)]);
});
afterAll(() => fresh.close());

function lease(name: string, spec: Record<string, unknown>, metadata: Record<string, unknown> = {}): string {
  return JSON.stringify({ metadata: { name, namespace: NAMESPACE, ...metadata }, spec });
}

const time = (second: number) => `2026-01-01T00:00:${String(second).padStart(2, '0')}.123456Z`;

async function node(name: string, place: { namespace?: string } = {}) {
  const body = lease(name, { holderIdentity: name, renewTime: time(0) });
  const made = creation(
    { resource: RESOURCE, namespace: NAMESPACE, name, ...place },
    { body, owners: [`node-${name}`] },
  );
  const [outcome] = await store.write(fresh.tenant, [made]);
  return { ...made, revision: (outcome as { revision: number }).revision };
}

const revision = () => fresh.store.revision(fresh.tenant);
const renewTime = (body: string) => (JSON.parse(body) as { spec: { renewTime: string } }).spec.renewTime;

describe('heartbeats', () => {
  it('keeps renewals out of the log and reads them back into the Lease', async () => {
    const made = await node('a');
    const before = await revision();
    for (let second = 1; second <= 5; second++) {
      const body = lease('a', { holderIdentity: 'a', renewTime: time(second) });
      const outcome = await store.write(fresh.tenant, [update(made, { body, owners: made.owners })]);
      expect(outcome).toEqual([{ result: 'ok', revision: made.revision }]);
    }
    expect(await revision()).toBe(before);
    const got = await store.get(fresh.tenant, made);
    expect([got!.revision, renewTime(got!.body)]).toEqual([made.revision, time(5)]);
    const list = await store.list(fresh.tenant, { resource: RESOURCE });
    expect(list.items.filter((item) => item.name === 'a').map((item) => renewTime(item.body))).toEqual([time(5)]);
    const [dependent] = await store.dependents(fresh.tenant, 'node-a');
    expect(renewTime(dependent!.body)).toBe(time(5));
    const inside = await store.inNamespace(fresh.tenant, NAMESPACE, 10);
    expect(renewTime(inside.items.find((item) => item.name === 'a')!.body)).toBe(time(5));
  });

  it('ignores managed fields, which change with every renewal', async () => {
    const made = await node('managed');
    const metadata = { managedFields: [{ manager: 'agent', time: time(9) }] };
    const body = lease('managed', { holderIdentity: 'managed', renewTime: time(1) }, metadata);
    expect(await store.write(fresh.tenant, [update(made, { body })])).toEqual([
      { result: 'ok', revision: made.revision },
    ]);
  });

  it.each<[string, string]>([
    ['holder', lease('other', { holderIdentity: 'someone', renewTime: time(1) })],
    ['label', lease('other', { holderIdentity: 'other', renewTime: time(1) }, { labels: { a: 'b' } })],
    ['missing renewTime', lease('other', { holderIdentity: 'other' })],
  ])('makes a revision of any other change (%s), which wins over older renewals', async (_, changed) => {
    const made = await node('other');
    const renewal = lease('other', { holderIdentity: 'other', renewTime: time(30) });
    await store.write(fresh.tenant, [update(made, { body: renewal })]);
    const before = await revision();
    const [outcome] = await store.write(fresh.tenant, [update(made, { body: changed })]);
    expect(outcome).toEqual({ result: 'ok', revision: before + 1 });
    expect((await store.get(fresh.tenant, made))!.body).toBe(changed);
    // Renewals go on from the new state.
    const renewed = changed.replace(/"spec":\{/, `"spec":{"renewTime":"${time(40)}",`);
    if (!changed.includes('renewTime')) return void (await remove('other'));
    const [again] = await store.write(fresh.tenant, [
      update({ ...made, revision: before + 1 }, { body: changed.replace(time(1), time(40)) }),
    ]);
    expect(renewed).toContain(time(40));
    expect(again).toEqual({ result: 'ok', revision: before + 1 });
    await remove('other');
  });

  async function remove(name: string): Promise<void> {
    const found = await store.get(fresh.tenant, { resource: RESOURCE, namespace: NAMESPACE, name });
    await store.write(fresh.tenant, [deletion(found!)]);
  }

  it('refuses a renewal of a state that is gone, and shows what is there as it was renewed', async () => {
    const made = await node('late');
    const changed = lease('late', { holderIdentity: 'new', renewTime: time(1) });
    const [moved] = await store.write(fresh.tenant, [update(made, { body: changed })]);
    const now = { ...made, revision: (moved as { revision: number }).revision };
    const renewed = changed.replace(time(1), time(2));
    await store.write(fresh.tenant, [update(now, { body: renewed })]);
    const [late] = await store.write(fresh.tenant, [
      update(made, { body: lease('late', { holderIdentity: 'late', renewTime: time(3) }) }),
    ]);
    expect(late).toMatchObject({ result: 'conflict', current: { revision: now.revision, body: renewed } });
  });

  it('forgets a Lease’s renewals with the Lease', async () => {
    const made = await node('reborn');
    await store.write(fresh.tenant, [
      update(made, { body: lease('reborn', { holderIdentity: 'reborn', renewTime: time(7) }) }),
    ]);
    await remove('reborn');
    const again = await node('reborn');
    expect(renewTime((await store.get(fresh.tenant, again))!.body)).toBe(time(0));
  });

  it('answers renewals and other writes of one array in their order', async () => {
    const one = await node('one');
    const two = await node('two');
    const renewal = (made: typeof one) =>
      update(made, { body: lease(made.name, { holderIdentity: made.name, renewTime: time(1) }) });
    const before = await revision();
    expect(
      await store.write(fresh.tenant, [
        creation({ name: 'a' }),
        renewal(one),
        creation({ name: 'a' }),
        renewal(two),
        renewal(one),
        creation({ name: 'b' }),
      ]),
    ).toEqual([
      { result: 'ok', revision: before + 1 },
      { result: 'ok', revision: one.revision },
      { result: 'exists' },
      { result: 'ok', revision: two.revision },
      { result: 'ok', revision: one.revision },
      { result: 'ok', revision: before + 2 },
    ]);
  });

  it('takes Leases of other namespaces for what they are', async () => {
    const made = await node('elector', { namespace: 'default' });
    const before = await revision();
    const body = lease('elector', { holderIdentity: 'elector', renewTime: time(1) });
    expect(await store.write(fresh.tenant, [update(made, { body })])).toEqual([{ result: 'ok', revision: before + 1 }]);
  });
});

type Made = Awaited<ReturnType<typeof node>>;

describe('signs of life', () => {
  const silence = (name: string) => createSignsOfLife(fresh.db).silence(fresh.tenant, name);
  const age = (seconds: number) =>
    fresh.db.query(
      'test.age',
      (sql) => sql`update heartbeats set renewed_at = renewed_at - make_interval(secs => ${seconds})`,
    );
  const nodeBody = (name: string, ready: string, at: string, labels = {}) => ({
    body: JSON.stringify({
      metadata: { name, labels },
      status: { conditions: [{ type: 'Ready', status: ready, lastHeartbeatTime: at }] },
    }),
  });
  async function write(...writes: Parameters<typeof store.write>[1]) {
    const [outcome] = await store.write(fresh.tenant, writes);
    if (outcome?.result !== 'ok') throw new Error(JSON.stringify(outcome));
    return outcome.revision;
  }

  it.each([
    [
      'renewed',
      (made: Made) => lease(made.name, { holderIdentity: made.name, renewTime: '1999-01-01T00:00:00.000000Z' }),
    ],
    [
      'another in more',
      (made: Made) => lease(made.name, { holderIdentity: 'x', renewTime: '2099-01-01T00:00:00.000000Z' }),
    ],
  ])(
    'are counted from when the Lease was made, and again from when it was %s, not from its renewTime',
    async (title, next) => {
      const made = await node(`alive-${title.length}`);
      expect(await silence(made.name)).toBeLessThan(30);
      await age(100);
      expect(await silence(made.name)).toBeGreaterThan(99);
      await write(update(made, { body: next(made), owners: made.owners }));
      expect(await silence(made.name)).toBeLessThan(30);
    },
  );

  it('are reports of a Node of itself, if they are new; not what others write into it', async () => {
    const key = { resource: 'nodes', namespace: '', name: 'told' };
    const made = creation(key, nodeBody('told', 'True', '2099-01-01T00:00:00Z'));
    let revision = await write(made);
    expect(await silence('told')).toBeLessThan(30);
    await age(100);
    const put = async (body: { body: string }) => {
      revision = await write(update({ ...made, revision }, body));
    };
    await put(nodeBody('told', 'True', '2099-01-01T00:00:00Z', { a: 'b' }));
    await put(nodeBody('told', 'Unknown', '2099-01-01T00:00:01Z'));
    expect(await silence('told')).toBeGreaterThan(99);
    await put(nodeBody('told', 'False', '1999-01-01T00:00:00Z'));
    expect(await silence('told')).toBeLessThan(30);
    await write(deletion({ ...made, revision }));
    expect(await silence('told')).toBeUndefined();
  });

  it('end with the Lease', async () => {
    const made = await node('ended');
    await write(deletion(made));
    expect(await silence('ended')).toBeUndefined();
  });
});
