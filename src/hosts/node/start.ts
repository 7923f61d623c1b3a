/** The Node host: one process that serves the API and runs controllers and scheduler. Any number may share a database. */

import { setTimeout as sleep } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import type { FetchContext } from '../../apiserver/app.ts';
import { createFlow } from '../../apiserver/flow/flow.ts';
import { DEFAULT_LIMITS } from '../../apiserver/flow/limits.ts';
import type { CheckResult } from '../../apiserver/handlers/deps.ts';
import { createNodeFeed, createWakeUps, withGroupCommit } from '../../apiserver/storage/postgres/index.ts';
import { NODES } from '../../client/resources.ts';
import { KUBERNETES_SERVICE, publishKubernetesService } from '../../controllers/kubernetes-service/index.ts';
import { connectLanes } from '../../db/lanes.ts';
import { guarded, onFault } from '../../meta/guard.ts';
import { ROOT } from '../../meta/tenant.ts';
import { createToken, lookupToken } from '../../tenancy/postgres/tokens.ts';
import { createRelay } from '../../tunnel/relay.ts';
import { ensureAuthority, type KeyPair } from '../authority.ts';
import { clusterSettingsReader } from '../cluster-settings.ts';
import type { EncryptionKey } from '../config.ts';
import { signingKeyCipher } from '../key-cipher.ts';
import { liveReplicas, renewReplica } from '../replicas.ts';
import { openStore } from '../store.ts';
import { type ControlPlane, createControlPlane } from '../wiring.ts';
import { keepAdvertised } from './advertise.ts';
import { followRoles } from './follow-roles.ts';
import { installLastResort } from './last-resort.ts';
import { createLog } from './log.ts';
import { createMetrics } from './metrics.ts';
import { prepareDatabase } from './prepare.ts';
import { listen } from './server.ts';
import { inClusterNames, issueServer, makeAuthority } from './serving-certificate.ts';
import { createUpgrade } from './upgrade.ts';
import { createWatchdog } from './watchdog.ts';

export interface NodeHostOptions {
  databaseUrl: string;
  connections: number;
  listen: { host: string; port: number };
  /** By what others call it, beside the names of the Service `kubernetes`. */
  names: readonly string[];
  /** A CA from before the database kept it; taken when the database has none. */
  authority?: KeyPair | undefined;
  /** Where other machines and pods reach this replica; undefined: nowhere. */
  advertiseAddress: string | undefined;
  /** Issuer of ServiceAccount tokens. */
  externalUrl: string;
  /** At least one; the first encrypts. */
  encryptionKeys: readonly EncryptionKey[];
  /** Used when the cluster is new; an existing one keeps what it was made with. */
  cluster: { serviceCIDR: string; clusterCIDR: string };
  /** Longest life of a ServiceAccount token; undefined: a year. */
  maxTokenSeconds?: number | undefined;
  logFile: string;
  logLevel: string;
}

export interface NodeHost {
  /** PEM */
  caCertificate: string;
  port: number;
  /** A new bearer token; shown once. */
  createToken(identity: { user: string; groups: readonly string[]; description: string }): Promise<string>;
  /** Whose token it is, when it is valid. */
  userOf(token: string): Promise<string | undefined>;
  /** Resolves when the node's Ready condition is True; rejects after `milliseconds`. */
  waitForNode(name: string, milliseconds: number): Promise<void>;
  /** Ends requests, finishes the reconciles in hand, closes the database. */
  close(): Promise<void>;
}

const COMPACT_EVERY_MS = 60_000;
/**
 * How much the heap may grow over what was alive before it is collected. V8's own choice grows with the machine's memory,
 * to three times and more. With this and `npm start`'s --max-semi-space-size, a run of creates ends at 202 MiB in place
 * of 307, for 5% more CPU.
 */
const HEAP_GROWING_PERCENT = 50;

export async function startNodeHost(options: NodeHostOptions): Promise<NodeHost> {
  setFlagsFromString(`--heap-growing-percent=${HEAP_GROWING_PERCENT}`);
  const { log, dropped } = createLog(options.logFile, options.logLevel);
  const endLastResort = installLastResort();
  const lanes = connectLanes(options.databaseUrl, options.connections);
  const db = lanes.main;
  const metrics = createMetrics();
  metrics.register(dropped);
  const endFaults = onFault((where, error) => {
    metrics.guarded(where);
    log.error({ where, error }, 'a handler failed; the server goes on');
  });
  const watchdog = createWatchdog({
    onStall({ milliseconds, ...whose }) {
      metrics.stalled(milliseconds / 1000);
      log.warn({ milliseconds, ...whose }, 'the event loop did not turn');
    },
  });
  const stopping = new AbortController();
  try {
    const cluster = await prepareDatabase(db, options.cluster);
    const now = new Date();
    const authority = await ensureAuthority(
      db,
      options.encryptionKeys,
      async () => options.authority ?? makeAuthority(now),
    );
    const names = [...options.names, ...inClusterNames(cluster.serviceCIDR)];
    const encrypted = openStore(db, options.encryptionKeys, { gatherGets: true, lanes });
    const wakeUps = createWakeUps(db);
    const feed = createNodeFeed(encrypted, { wakeUps });
    const store = withGroupCommit(encrypted, { onCommit: (id) => feed.committed(id) });
    const relay = createRelay();
    const plane = createControlPlane({
      db,
      light: lanes.light,
      store,
      feed,
      clusterSettings: clusterSettingsReader(db),
      externalUrl: options.externalUrl,
      caBundle: authority.certificate,
      maxTokenSeconds: options.maxTokenSeconds,
      apiEndpoints: { endpoints: () => liveReplicas(db) },
      cipher: signingKeyCipher(options.encryptionKeys),
      tunnel: relay,
      links: relay,
      watchSeconds: undefined,
      log,
      flow: createFlow(DEFAULT_LIMITS, metrics, (run) => void setImmediate(guarded('pace', run))),
      metrics,
      attention: watchdog,
      ready: async () => [await pingDatabase()],
    });
    await plane.bootstrap(ROOT);

    const fetch = (request: Request, context: FetchContext = {}) => plane.app.fetch(request, context);
    const server = await listen({
      fetch: (request, outgoing) => fetch(request, { cut: () => void outgoing.destroy() }),
      upgrade: createUpgrade(fetch),
      tls: await issueServer(authority, names, now),
      listen: options.listen,
      onError: (error) => log.error({ error }, 'the listening socket failed'),
    });
    const background = [
      ...(await advertise(server.port)),
      plane.runner.loop(stopping.signal),
      followRoles({ tenant: ROOT, store, feed, rbac: plane.rbac, log }, stopping.signal),
      compactNowAndThen(),
    ];

    /** Before the controllers run, so that the first to look finds this replica. */
    async function advertise(port: number): Promise<Promise<void>[]> {
      if (options.advertiseAddress === undefined) return [];
      const replica = { id: crypto.randomUUID(), host: options.advertiseAddress, port };
      await renewReplica(db, replica);
      const endpoints = await liveReplicas(db);
      await publishKubernetesService(plane.client(ROOT), { endpoints, serviceCIDR: cluster.serviceCIDR }).catch(
        // The controller goes on trying: another replica may be writing the same.
        (error: unknown) => log.warn({ error }, 'the Service kubernetes is not published yet'),
      );
      const onChange = () => plane.runner.enqueueEverywhere(KUBERNETES_SERVICE);
      return [keepAdvertised(db, { replica, known: endpoints, onChange, log }, stopping.signal)];
    }

    async function pingDatabase(): Promise<CheckResult> {
      try {
        await store.revision(ROOT);
        return { name: 'postgres', ok: true };
      } catch (error) {
        return { name: 'postgres', ok: false, detail: error instanceof Error ? error.message : String(error) };
      }
    }

    async function compactNowAndThen(): Promise<void> {
      while (!stopping.signal.aborted) {
        await store.compact(new Date()).catch((error: unknown) => log.warn({ error }, 'compaction failed'));
        await sleep(COMPACT_EVERY_MS, undefined, { signal: stopping.signal }).catch(() => {});
      }
    }

    return {
      port: server.port,
      caCertificate: authority.certificate,
      createToken: async ({ user, groups, description }) =>
        (await createToken(db, { tenant: ROOT, user: { name: user }, groups, description })).token,
      userOf: async (token) => (await lookupToken(db, token))?.user.name,
      waitForNode: (name, milliseconds) => waitForNode(plane, name, milliseconds),
      async close() {
        relay.close();
        await server.close();
        stopping.abort();
        await Promise.all(background);
        feed.close();
        await wakeUps.close();
        await lanes.close();
        watchdog.stop();
        endLastResort();
        endFaults();
        log.flush();
      },
    };
  } catch (error) {
    stopping.abort();
    watchdog.stop();
    endLastResort();
    endFaults();
    await lanes.close();
    throw error;
  }
}

async function waitForNode(plane: ControlPlane, name: string, milliseconds: number): Promise<void> {
  const deadline = performance.now() + milliseconds;
  for (;;) {
    const node = await plane.client(ROOT).find(NODES, '', name);
    const ready = node?.status?.conditions?.find((condition) => condition.type === 'Ready');
    if (ready?.status === 'True') return;
    if (performance.now() > deadline) {
      throw new Error(
        node === undefined
          ? `node ${name} did not register in ${milliseconds / 1000} s`
          : `node ${name} is not Ready: ${ready?.message ?? 'its agent reports no condition'}`,
      );
    }
    await sleep(200);
  }
}
