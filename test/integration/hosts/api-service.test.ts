/** The Service `kubernetes` of the Node host: there from the start, made again, and with every replica's address. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EndpointSlice, Endpoints, Service } from '../../../src/client/resources.ts';
import { connect } from '../../../src/db/connection.ts';
import type { Session } from '../../contract/api-session.ts';
import { eventually } from '../../support/eventually.ts';
import { type RunningNodeHost, startTestNodeHost } from '../../support/node-host.ts';
import { type FreshDatabase, freshDatabase } from '../../support/postgres.ts';

const KEYS = [{ id: 'test', key: new Uint8Array(32) }];
const SERVICE = '/api/v1/namespaces/default/services/kubernetes';
const ENDPOINTS = '/api/v1/namespaces/default/endpoints/kubernetes';
const SLICES = '/apis/discovery.k8s.io/v1/namespaces/default/endpointslices';
const SLICE = `${SLICES}/kubernetes`;

let fresh: FreshDatabase;
let host: RunningNodeHost;
let api: Session;
let port: number;

beforeAll(async () => {
  fresh = await freshDatabase();
  host = await startTestNodeHost({ databaseUrl: fresh.url, encryptionKeys: KEYS });
  port = Number(new URL(host.url).port);
  api = host.session();
});
afterAll(async () => {
  await host?.stop();
  await fresh?.close();
});

const read = async <T>(path: string) => (await api.expectOk('GET', path)) as T;
const httpsPort = (number: number) => ({ name: 'https', port: number, protocol: 'TCP' });

async function slicesOf(): Promise<[string, number | undefined, string[]][]> {
  const { items } = await read<{ items: EndpointSlice[] }>(
    `${SLICES}?labelSelector=${encodeURIComponent('kubernetes.io/service-name=kubernetes')}`,
  );
  return items.map(({ metadata, ports, endpoints }) => [
    metadata.name!,
    ports?.[0]?.port,
    (endpoints ?? []).flatMap(({ addresses }) => addresses),
  ]);
}

describe('default/kubernetes', () => {
  it('is there as soon as the API answers, as upstream spells it', async () => {
    expect(await read<Service>(SERVICE)).toMatchObject({
      metadata: { labels: { component: 'apiserver', provider: 'kubernetes' } },
      spec: {
        type: 'ClusterIP',
        clusterIP: '10.96.0.1',
        ports: [{ ...httpsPort(443), targetPort: port }],
        sessionAffinity: 'None',
      },
    });
    expect(await read<Endpoints>(ENDPOINTS)).toMatchObject({
      metadata: { labels: { 'endpointslice.kubernetes.io/skip-mirror': 'true' } },
      subsets: [{ addresses: [{ ip: '192.0.2.10' }], ports: [httpsPort(port)] }],
    });
    expect(await read<EndpointSlice>(SLICE)).toMatchObject({
      metadata: { labels: { 'kubernetes.io/service-name': 'kubernetes' } },
      addressType: 'IPv4',
      endpoints: [{ addresses: ['192.0.2.10'], conditions: { ready: true } }],
      ports: [httpsPort(port)],
    });
  });

  it.each([SERVICE, ENDPOINTS, SLICE])('%s is made again after it was deleted', async (path) => {
    const { metadata } = await read<Service>(path);
    expect((await api.request('DELETE', path)).status).toBe(200);
    await eventually(async () => {
      const again = await read<Service>(path);
      expect(again.metadata.uid).not.toBe(metadata.uid);
    });
    expect((await read<Service>(SERVICE)).spec!.clusterIP).toBe('10.96.0.1');
  });

  it('has its port put right, and what others add to it is left', async () => {
    const service = await read<Service>(SERVICE);
    service.metadata.labels = { ...service.metadata.labels, mine: 'kept' };
    service.spec!.ports = [{ name: 'https', port: 444, protocol: 'TCP', targetPort: 1 }];
    await api.expectOk('PUT', SERVICE, service);
    await eventually(async () => {
      const { metadata, spec } = await read<Service>(SERVICE);
      expect(spec!.ports).toMatchObject([{ port: 443, targetPort: port }]);
      expect(metadata.labels).toMatchObject({ mine: 'kept', provider: 'kubernetes' });
    });
  });

  it('writes nothing while nothing changes', async () => {
    const versions = () =>
      Promise.all(
        [SERVICE, ENDPOINTS, SLICE].map(async (path) => (await read<Service>(path)).metadata.resourceVersion),
      );
    const before = await versions();
    // The controller looks every 10 s.
    await new Promise((resolve) => setTimeout(resolve, 12_000));
    expect(await versions()).toEqual(before);
  });

  it('has every replica that lives, and not one that ended or went silent', async () => {
    const second = await startTestNodeHost({
      databaseUrl: fresh.url,
      encryptionKeys: KEYS,
      advertiseAddress: '192.0.2.11',
    });
    const secondPort = Number(new URL(second.url).port);
    // Two ports make two slices; the addresses of one port share one.
    const both = [port, secondPort].sort((a, b) => a - b);
    const address = (of: number) => (of === port ? '192.0.2.10' : '192.0.2.11');
    await eventually(async () => {
      expect(await slicesOf()).toEqual([
        ['kubernetes', both[0], [address(both[0]!)]],
        [`kubernetes-ipv4-${both[1]}`, both[1], [address(both[1]!)]],
      ]);
    });
    // One that was killed: its row stays as it was.
    const db = connect(fresh.url, { max: 1 });
    await db.query(
      'test.silent',
      (sql) =>
        sql`insert into replicas (id, url, seen_at) values
          ('killed', 'https://192.0.2.12:6443', now() - interval '20 seconds'),
          ('alive', ${`https://192.0.2.9:${port}`}, now() + interval '60 seconds')`,
    );
    await db.close();
    await second.stop();
    await eventually(
      async () => expect(await slicesOf()).toEqual([['kubernetes', port, ['192.0.2.10', '192.0.2.9']]]),
      30,
    );
    expect((await read<Endpoints>(ENDPOINTS)).subsets).toMatchObject([
      { addresses: [{ ip: '192.0.2.10' }, { ip: '192.0.2.9' }] },
    ]);
  });
});
