/** The node's network: the bridge once the podCIDR is known, and rules that follow Services and EndpointSlices. */
import { Backoff, type HttpClient, pause, reflect } from '../../src/client/http.ts';
import { ENDPOINT_SLICES, type EndpointSlice, SERVICES, type Service } from '../../src/client/resources.ts';
import { guarded } from '../../src/meta/guard.ts';
import type { RunCommand } from '../host/exec.ts';
import type { ObjectFolder } from '../state/folder.ts';
import { isBridgeInPlace, mendBridge } from './bridge.ts';
import { servicePorts } from './endpoints.ts';
import { applyRules, ownRules } from './iptables.ts';
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
  /** Takes away what is left of it, with the sandboxes that hung on it: they have no network any more. */
  removeBridge(): Promise<void>;
  onReady(): void;
  /** Milliseconds between looks at what another program may have taken away. */
  checkEveryMs?: number;
  log: { warn(fields: object, message: string): void };
  signal: AbortSignal;
}

export interface NodeNetwork {
  /** Told again whenever the Node is seen; does nothing for the same one. */
  setPodCidr(podCidr: string): void;
  /** Makes sure of the bridge again, as when Docker has come back. */
  recheck(): void;
  notReady(): string | undefined;
  /** Resolves when the bridge that was asked for last is there. */
  settled(): Promise<void>;
  sandboxStarted(): Promise<void>;
  readonly services: { readonly items: ReadonlyMap<string, Service>; readonly synced: boolean };
  stop(): Promise<void>;
}

/** Milliseconds in which changes are gathered into one application. */
const GATHER_MS = 100;
/** Milliseconds between looks at whether another program has taken away rules or bridge: healed within the minute. */
const CHECK_MS = 30_000;
/** Of the bridge alone, which takes one read of a file of the kernel's; its pods need time of their own to come back. */
const BRIDGE_CHECK_MS = 5_000;

export async function startNetwork(options: NetworkOptions): Promise<NodeNetwork> {
  const { client, run, cluster, nodeName, bridge, log, signal } = options;
  let podCidr: string | undefined;
  let notReady: string | undefined = 'the node has no podCIDR yet';
  let bridgeFiltering = true;
  let applied: string | undefined;
  /** What the kernel said of them then. */
  let inPlace: string | undefined;
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
    if (!(await isBridgeInPlace(bridge, podCidr))) await restoreBridge(podCidr);
    await enableHairpin(bridge);
    const wasReady = notReady === undefined;
    notReady = undefined;
    ruleWork.request(0);
    if (!wasReady) options.onReady();
  }

  /** Docker does not look after a bridge that it has made once. */
  async function restoreBridge(podCidr: string): Promise<void> {
    await mendBridge(run, bridge, podCidr);
    if (await isBridgeInPlace(bridge, podCidr)) return;
    // No sandbox is started meanwhile, and all of them when it is there again.
    notReady = `container runtime network not ready: the bridge ${bridge} has gone`;
    log.warn({ bridge }, 'the bridge has gone and is made anew, with the sandboxes of all pods');
    await options.removeBridge();
    await options.ensureBridge(podCidr);
    if (!(await isBridgeInPlace(bridge, podCidr))) throw new Error(`the bridge ${bridge} cannot be made`);
  }

  async function apply(): Promise<void> {
    // Half a view would take away rules that are needed.
    const hasView = (services.synced || savedServices.length > 0) && (slices.synced || savedSlices.length > 0);
    if (podCidr === undefined || !hasView) return;
    const ports = servicePorts(services.items.values(), slices.items.values(), nodeName);
    const clusterCidr = options.clusterCidr ?? podCidr;
    const rules = buildRules({ cluster, bridge, podCidr, clusterCidr, ports, masqueradeAll: !bridgeFiltering });
    if (rules === applied) return;
    inPlace = await applyRules(run, cluster, rules, applied === undefined);
    applied = rules;
  }

  const bridgeCheck = setInterval(
    guarded('bridge check', async () => {
      if (podCidr !== undefined && !(await isBridgeInPlace(bridge, podCidr))) bridgeWork.request(0);
    }),
    options.checkEveryMs ?? BRIDGE_CHECK_MS,
  );
  const check = setInterval(
    guarded('network check', async () => {
      const before = inPlace;
      if (applied === undefined || (await ownRules(run, cluster)) === before || inPlace !== before) return;
      log.warn({}, 'another program has changed the rules; they are put back');
      applied = undefined;
      ruleWork.request(0);
    }),
    options.checkEveryMs ?? CHECK_MS,
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
    settled: () => bridgeWork.idle(),
    sandboxStarted: () => enableHairpin(bridge),
    services,
    async stop() {
      clearInterval(bridgeCheck);
      clearInterval(check);
      await Promise.all([services.done, slices.done, bridgeWork.idle()]);
      // What is known already must not wait for the next start: pods run on, and requests find them by these rules.
      await ruleWork.finish();
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
    /** Once the signal has aborted: does what was asked for and not done yet, if it can be done at once. */
    async finish(): Promise<void> {
      await running;
      if (!requested) return;
      requested = false;
      await task().catch(onError);
    },
  };
}
