/** What another program takes away from the node's network comes back. */
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCommand } from '../../../agent/host/exec.ts';
import { isBridgeInPlace } from '../../../agent/network/bridge.ts';
import { ownRules } from '../../../agent/network/iptables.ts';
import { type NodeNetwork, startNetwork } from '../../../agent/network/network.ts';
import { bridgeName } from '../../../agent/runtime/docker/runtime.ts';
import { createObjectFolder } from '../../../agent/state/folder.ts';
import { SERVICES } from '../../../src/client/resources.ts';
import { eventually } from '../../support/eventually.ts';
import { IMAGE, NODE, startTestNode, type TestNode } from './support.ts';

const CLUSTER = 'itheal';
const POD_CIDR = '10.199.13.0/24';
const BRIDGE = bridgeName(CLUSTER);

let node: TestNode;
let network: NodeNetwork;
let folder: string;
let stopping: AbortController;

beforeAll(async () => {
  node = await startTestNode(CLUSTER, 13);
  folder = await mkdtemp(path.join(os.tmpdir(), 'kedge-heal-'));
  stopping = new AbortController();
  const noError = () => {};
  network = await startNetwork({
    client: node.client,
    run: runCommand,
    cluster: CLUSTER,
    nodeName: NODE,
    bridge: BRIDGE,
    clusterCidr: POD_CIDR,
    services: createObjectFolder(path.join(folder, 'services'), noError),
    slices: createObjectFolder(path.join(folder, 'slices'), noError),
    ensureBridge: (podCidr) => node.runtime.ensureNetwork(podCidr, 1400),
    removeBridge: () => node.runtime.removeNetwork(),
    onReady: () => {},
    checkEveryMs: 500,
    log: { warn() {} },
    signal: stopping.signal,
  });
  network.setPodCidr(POD_CIDR);
  await node.run('web', {
    containers: [{ name: 'c', image: IMAGE, command: ['httpd', '-f', '-p', '8080', '-h', '/etc'] }],
  });
  await eventually(async () => expect((await node.pod('web'))?.status?.podIP).toMatch(/^10\.199\.13\./));
  await eventually(async () => expect(await ownRules(runCommand, CLUSTER)).toContain('KEDGE-ITHEAL-FORWARD'));
});
afterAll(async () => {
  stopping?.abort();
  await network?.stop();
  await node?.close();
  if (folder !== undefined) await rm(folder, { recursive: true, force: true });
});

/** Asks the pod itself, through the bridge. */
async function answers(): Promise<void> {
  const ip = (await node.pod('web'))?.status?.podIP;
  expect((await fetch(`http://${ip}:8080/hostname`, { signal: AbortSignal.timeout(1000) })).status).toBe(200);
}

describe('S17: rules that another program', () => {
  it.each([
    ['flushed in a chain of ours', ['-t', 'nat', '-F', 'KEDGE-ITHEAL-POSTROUTING']],
    ['deleted one by one', ['-t', 'filter', '-D', 'KEDGE-ITHEAL-FORWARD', '1']],
    ['added among ours', ['-t', 'filter', '-I', 'KEDGE-ITHEAL-FORWARD', '-j', 'DROP']],
    ['unhooked', ['-t', 'nat', '-D', 'POSTROUTING', '-j', 'KEDGE-ITHEAL-POSTROUTING']],
  ])('%s are put back as they were', async (_what, args) => {
    const before = await ownRules(runCommand, CLUSTER);
    await runCommand('iptables', ['-w', '5', ...args]);
    expect(await ownRules(runCommand, CLUSTER)).not.toBe(before);
    const sorted = (rules: string) => rules.split('\n').sort();
    await eventually(async () => expect(sorted(await ownRules(runCommand, CLUSTER))).toEqual(sorted(before)), 30);
    await eventually(answers, 10);
  });
});

describe('S17: a bridge that another program', () => {
  it.each([
    ['took down', ['link', 'set', BRIDGE, 'down']],
    ['took the address of', ['addr', 'flush', 'dev', BRIDGE]],
  ])('%s is mended, and its pods go on', async (_what, args) => {
    const before = await node.pod('web');
    await runCommand('ip', args);
    await eventually(async () => expect(await isBridgeInPlace(BRIDGE, POD_CIDR)).toBe(true), 30);
    await eventually(answers, 30);
    expect((await node.pod('web'))?.status?.containerStatuses).toEqual(before?.status?.containerStatuses);
  });

  it('deleted is made anew, with the sandboxes of its pods', async () => {
    await runCommand('ip', ['link', 'del', BRIDGE]);
    await expect(answers()).rejects.toThrow();
    await eventually(answers, 60);
    expect(await isBridgeInPlace(BRIDGE, POD_CIDR)).toBe(true);
    expect(network.notReady()).toBeUndefined();
  });
});

describe('what is known of Services', () => {
  it('when the agent is told to end is in the rules when it has ended', async () => {
    await node.client.create(SERVICES, {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'late', namespace: 'default' },
      spec: { selector: { app: 'late' }, ports: [{ port: 80 }] },
    });
    let address: string | undefined;
    // Changes are gathered for a while before they are applied: the end comes within it.
    for (const deadline = Date.now() + 30_000; address === undefined && Date.now() < deadline; ) {
      const known = [...network.services.items.values()].find(({ metadata }) => metadata.name === 'late');
      address = known?.spec?.clusterIP;
      if (address === undefined) await new Promise((resolve) => setTimeout(resolve, 1));
    }
    stopping.abort();
    await network.stop();
    expect(address).toBeDefined();
    expect(await ownRules(runCommand, CLUSTER)).toContain(`-d ${address}/32`);
  });
});
