/** The node's network: the bridge once the podCIDR is known, and rules that follow Services and EndpointSlices. */
import { Backoff, type HttpClient, pause, reflect } from '../../src/client/http.ts';
import { ENDPOINT_SLICES, type EndpointSlice, SERVICES, type Service } from '../../src/client/resources.ts';
import { guarded } from '../../src/meta/guard.ts';
import type { RunCommand } from '../host/exec.ts';
import type { ObjectFolder } from '../state/folder.ts';
import { servicePorts } from './endpoints.ts';
import { applyRules, jumpsInPlace } from './iptables.ts';
import { enableHairpin, prepareKernel } from './kernel.ts';
import { buildRules } from './rules.ts';

export interface NetworkOptions {
  client: HttpClient;
  run: RunCommand;
  cluster: string;
  nodeName: string;
  bridge: string;
  clusterCidr: string | undefined;
  services: ObjectFolder<Service>;
  slices: ObjectFolder<EndpointSlice>;
  /** Makes the bridge. */
  ensureBridge(podCidr: string): Promise<void>;
  onReady(): void;
  log: { warn(fields: object, message: string): void };
  signal: AbortSignal;
}

export interface NodeNetwork {
  /** Told again whenever the Node is seen; does nothing for the same one. */
  setPodCidr(podCidr: string): void;
  /** Makes sure of the bridge again, as when Docker has come back. */
  recheck(): void;
  notReady(): string | undefined;
  sandboxStarted(): Promise<void>;
  readonly services: { readonly items: ReadonlyMap<string, Service>; readonly synced: boolean };
  stop(): Promise<void>;
}

/** Milliseconds in which changes are gathered into one application. */
const GATHER_MS = 100;
/** Milliseconds between looks at whether another program has flushed our rules. */
const CHECK_MS = 60_000;

export async function startNetwork(options: NetworkOptions): Promise<NodeNetwork> {
  const { client, run, cluster, nodeName, bridge, log, signal } = options;
  let podCidr: string | undefined;
  let notReady: string | undefined = 'the node has no podCIDR yet';
  let bridgeFiltering = true;
  let applied: string | undefined;
  const bridgeWork = createRunner(ensureBridge, signal, (error) => {
    notReady = `container runtime network not ready: ${error instanceof Error ? error.message : String(error)}`;
    log.warn({ err: String(error) }, 'the pod network is not ready');
  });
  const ruleWork = createRunner(apply, signal, (error) =>
    log.warn({ err: error instanceof Error ? error.message : String(error) }, 'the rules could not be applied'),
  );

  const savedServices = await options.services.load();
  const savedSlices = await options.slices.load();
  const follow = { onError: (error: unknown) => log.warn({ err: String(error) }, 'a watch was interrupted') };
  const services = reflect(
    client,
    SERVICES,
    {
      ...follow,
      initial: savedServices,
      onChange: ({ type, object }) => {
        if (type === 'DELETED') options.services.remove(object);
        else options.services.save(object);
        ruleWork.request(GATHER_MS);
      },
      onList: () => ruleWork.request(GATHER_MS),
    },
    signal,
  );
  const slices = reflect(
    client,
    ENDPOINT_SLICES,
    {
      ...follow,
      initial: savedSlices,
      onChange: ({ type, object }) => {
        if (type === 'DELETED') options.slices.remove(object);
        else options.slices.save(object);
        ruleWork.request(GATHER_MS);
      },
      onList: () => ruleWork.request(GATHER_MS),
    },
    signal,
  );

  async function ensureBridge(): Promise<void> {
    if (podCidr === undefined) return;
    bridgeFiltering = (await prepareKernel(run)).bridgeFiltering;
    await options.ensureBridge(podCidr);
    await enableHairpin(bridge);
    const wasReady = notReady === undefined;
    notReady = undefined;
    ruleWork.request(0);
    if (!wasReady) options.onReady();
  }

  async function apply(): Promise<void> {
    // Half a view would take away rules that are needed.
    const hasView = (services.synced || savedServices.length > 0) && (slices.synced || savedSlices.length > 0);
    if (podCidr === undefined || !hasView) return;
    const ports = servicePorts(services.items.values(), slices.items.values(), nodeName);
    const clusterCidr = options.clusterCidr ?? podCidr;
    const rules = buildRules({ cluster, bridge, podCidr, clusterCidr, ports, masqueradeAll: !bridgeFiltering });
    if (rules === applied) return;
    await applyRules(run, cluster, rules, applied === undefined);
    applied = rules;
  }

  const check = setInterval(
    guarded('network check', async () => {
      if (applied === undefined || (await jumpsInPlace(run, cluster))) return;
      applied = undefined;
      ruleWork.request(0);
    }),
    CHECK_MS,
  );

  return {
    setPodCidr(next) {
      if (podCidr === next) return;
      podCidr = next;
      applied = undefined;
      bridgeWork.request(0);
    },
    recheck() {
      // dockerd rebuilds its own chains when it starts, above ours.
      applied = undefined;
      bridgeWork.request(0);
    },
    notReady: () => notReady,
    sandboxStarted: () => enableHairpin(bridge),
    services,
    async stop() {
      clearInterval(check);
      await Promise.all([services.done, slices.done, bridgeWork.idle(), ruleWork.idle()]);
      await Promise.all([options.services.flush(), options.slices.flush()]);
    },
  };
}

/** Runs a task once for any number of requests, never twice at once, again after a failure. */
function createRunner(task: () => Promise<void>, signal: AbortSignal, onError: (error: unknown) => void) {
  let requested = false;
  let running: Promise<void> | undefined;
  const backoff = new Backoff({ initial: 500, max: 30_000 });

  async function loop(delay: number): Promise<void> {
    await pause(delay, signal);
    while (requested && !signal.aborted) {
      requested = false;
      try {
        await task();
        backoff.reset();
      } catch (error) {
        onError(error);
        requested = true;
        await pause(backoff.next(), signal);
      }
    }
  }

  return {
    request(delay: number): void {
      requested = true;
      running ??= loop(delay).finally(() => {
        running = undefined;
      });
    },
    async idle(): Promise<void> {
      await running;
    },
  };
}
