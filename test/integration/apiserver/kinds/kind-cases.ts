/** Every kind goes the same way through the API: what a guide's manifest must stand, and how its bad twins are refused. */
import { expect, test } from 'vitest';
import type { WiredApi } from '../../../support/wired-api.ts';

// biome-ignore lint/suspicious/noExplicitAny: manifests are written and read as plain data
export type Manifest = { [field: string]: any };

export interface KindCase {
  /** Of the collection. */
  path: string;
  manifest: Manifest;
  /** What defaulting and the server's own work must have made of the manifest. */
  stored?: Manifest;
  /** Cells of `kubectl get -o wide` by column, Age left out. */
  row?: Readonly<Record<string, unknown>>;
  /** Sent to the status subresource by a merge patch; kinds without have none. */
  status?: Manifest;
  /** Changes that an update must not make, each with the message. */
  frozen?: readonly (readonly [change: (object: Manifest) => void, message: string])[];
  /** Manifests that are refused: what is wrong, and the message that tells it. */
  twins?: readonly (readonly [change: (object: Manifest) => void, message: string])[];
}

const TABLE = 'application/json;as=Table;v=v1;g=meta.k8s.io';

export function testKind(api: () => WiredApi, kind: string, given: KindCase): void {
  const { path, stored = {}, row, status, frozen = [], twins = [] } = given;
  const manifest = () => structuredClone(given.manifest);
  const name: string = given.manifest.metadata.name;
  const patch = (at: string, type: string, body: object) =>
    api().admin('PATCH', at, { body, headers: { 'content-type': `application/${type}+json` } });

  test(`${kind}: a manifest as guides teach it is created, printed, patched, replaced and deleted`, async () => {
    const created = await api().admin('POST', path, { body: manifest() });
    expect(created, JSON.stringify(created.body)).toMatchObject({ status: 201, body: stored });
    const at = `${path}/${name}`;
    expect((await api().admin('POST', path, { body: manifest() })).body.reason).toBe('AlreadyExists');
    if (row !== undefined) expect(await rowOf(api(), at)).toMatchObject(row);

    const again = await patch(at, 'strategic-merge-patch', manifest());
    expect(again, 'applying it again changes nothing').toMatchObject({
      status: 200,
      body: { metadata: { resourceVersion: created.body.metadata.resourceVersion } },
    });
    const labelled = await patch(at, 'strategic-merge-patch', { metadata: { labels: { touched: 'yes' } } });
    expect(labelled.body.metadata.labels, JSON.stringify(labelled.body)).toMatchObject({ touched: 'yes' });
    expect((await patch(at, 'merge-patch', { metadata: { labels: { touched: null } } })).status).toBe(200);
    const got = await api().admin('GET', at);
    expect((await api().admin('PUT', at, { body: got.body })).status).toBe(200);
    if (status !== undefined) {
      const told = await patch(`${at}/status`, 'merge-patch', { status });
      expect(told, JSON.stringify(told.body)).toMatchObject({ status: 200, body: { status } });
    }
    for (const [change, message] of frozen) {
      const { body } = await api().admin('GET', at);
      change(body);
      const refused = await api().admin('PUT', at, { body });
      expect(refused.body.message).toContain(message);
      expect(refused.status).toBe(422);
    }
    expect((await api().admin('DELETE', `${at}?propagationPolicy=Background`)).status).toBe(200);
    expect((await api().admin('DELETE', path)).status).toBe(200);
  });

  for (const [index, [change, message]] of twins.entries()) {
    test(`${kind}, bad twin ${index + 1}: ${message.slice(0, 100)}`, async () => {
      const body = manifest();
      change(body);
      const refused = await api().admin('POST', path, { body });
      expect(refused.body.message).toContain(message);
      expect(refused.status).toBe(422);
    });
  }
}

/** As `kubectl get -o wide` shows it. */
export async function rowOf(api: WiredApi, at: string): Promise<Record<string, unknown>> {
  const { body } = await api.admin('GET', at, { headers: { accept: TABLE } });
  const cells: unknown[] = body.rows[0].cells;
  return Object.fromEntries(
    body.columnDefinitions.map((each: { name: string }, index: number) => [each.name, cells[index]]),
  );
}

export const labels = { app: 'web' };
export const selector = { matchLabels: labels };
export function podTemplate(spec: object = {}): Manifest {
  return { metadata: { labels }, spec: { containers: [{ name: 'c', image: 'nginx:1.27' }], ...spec } };
}
