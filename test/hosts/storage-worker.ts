/**
 * A Worker that holds the storage contract suite and runs one case of it a request: `?case=<title>` answers 204, or 500
 * with the failure. Bundled as the product's Worker is.
 */
import { ASYMMETRIC_MATCHERS_OBJECT, chai, JestAsymmetricMatchers, JestChaiExpect, JestExtend } from '@vitest/expect';
import type { ExpectStatic } from 'vitest';
import {
  createPostgresStore,
  ensureTenant,
  withEncryption,
  withHeartbeats,
} from '../../src/apiserver/storage/postgres/index.ts';
import { connect } from '../../src/db/connection.ts';
import { storageContract } from '../contract/storage.ts';

/** What a failed case answers with. */
export interface Failure {
  message: string;
  stack?: string;
  /** Of an assertion, for the reporter to compare. */
  actual?: unknown;
  expected?: unknown;
}

for (const plugin of [JestExtend, JestChaiExpect, JestAsymmetricMatchers]) chai.use(plugin);
const matchers = (globalThis as unknown as Record<symbol, object>)[ASYMMETRIC_MATCHERS_OBJECT];
const expect = Object.assign(
  (value: unknown, message?: string) => chai.expect(value, message),
  chai.expect,
  matchers,
) as unknown as ExpectStatic;

export default {
  async fetch(request: Request, environment: { DATABASE_URL: string }): Promise<Response> {
    const wanted = new URL(request.url).searchParams.get('case');
    const db = connect(environment.DATABASE_URL, { max: 5, prepare: false });
    const key = { id: 'test', key: new Uint8Array(32) };
    const store = withEncryption(withHeartbeats(createPostgresStore(db), db), [key], ['secrets', 'configmaps']);
    const cases = new Map<string, () => Promise<void>>();
    storageContract({
      it: (title, run) => cases.set(title, run),
      expect,
      store: () => store,
      async newTenant() {
        const id = `t-${crypto.randomUUID()}`;
        await ensureTenant(db, id);
        return id;
      },
      retentionSeconds: 600,
    });
    try {
      const run = cases.get(wanted ?? '');
      if (run === undefined) throw new Error(`no such case: ${wanted}`);
      await run();
      return new Response(null, { status: 204 });
    } catch (error) {
      const { message, stack, actual, expected }: Failure = error instanceof Error ? error : new Error(String(error));
      return Response.json({ message, stack, actual, expected } satisfies Failure, { status: 500 });
    } finally {
      await db.close();
    }
  },
};
