import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCommand } from '../../../agent/host/exec.ts';
import { servicePorts } from '../../../agent/network/endpoints.ts';
import { applyRules, jumpsInPlace, removeRules } from '../../../agent/network/iptables.ts';
import { enableHairpin, prepareKernel } from '../../../agent/network/kernel.ts';
import { buildRules } from '../../../agent/network/rules.ts';
import type { ContainerIdentity, ContainerSpec, Runtime } from '../../../agent/runtime/contract.ts';
import { bridgeName, createDockerRuntime } from '../../../agent/runtime/docker/runtime.ts';
import type { EndpointSlice, Service } from '../../../src/client/resources.ts';
import { eventually } from '../../support/eventually.ts';
import { DOCKER, IMAGE } from './support.ts';

const CLUSTER = 'itnet';
const POD_CIDR = '10.199.12.0/24';
const CLUSTER_IP = '10.198.12.10';
const NODE_PORT = 31999;

let runtime: Runtime;
const pods: { id: string; ip: string }[] = [];

beforeAll(async () => {
  runtime = createDockerRuntime({ socketPath: DOCKER, cluster: CLUSTER });
  await runtime.cleanup();
  await removeRules(runCommand, CLUSTER);
  await prepareKernel(runCommand);
  await runtime.ensureNetwork(POD_CIDR, 1400);
  for (const name of ['a', 'b']) pods.push(await startServer(name));
  await enableHairpin(bridgeName(CLUSTER));
}, 120_000);

afterAll(async () => {
  await runtime.cleanup();
  await removeRules(runCommand, CLUSTER);
});

async function startServer(name: string): Promise<{ id: string; ip: string }> {
  const identity = (kind: ContainerIdentity['kind']): ContainerIdentity => ({
    kind,
    podUid: `uid-${name}`,
    podName: name,
    podNamespace: 'default',
    container: kind === 'sandbox' ? '' : 'web',
    attempt: 0,
    hash: '',
  });
  const sandboxId = await runtime.runSandbox({
    identity: identity('sandbox'),
    hostname: name,
    hostNetwork: false,
    hostPid: false,
    hostIpc: false,
    ports: [],
    extraHosts: [],
    dns: { servers: [], searches: [], options: [] },
    sysctls: {},
  });
  const spec: ContainerSpec = {
    identity: identity('container'),
    sandboxId,
    image: IMAGE,
    entrypoint: ['sh', '-c', 'mkdir /www; hostname > /www/index.html; exec httpd -f -p 8080 -h /www'],
    env: [],
    tty: false,
    stdin: false,
    stdinOnce: false,
    mounts: [],
    resources: { cpuShares: 2, cpuQuota: 0, memory: 0, oomScoreAdj: 1000 },
    groups: [],
    privileged: false,
    readOnlyRootFilesystem: false,
    addCapabilities: [],
    dropCapabilities: [],
    noNewPrivileges: false,
    seccomp: 'default',
    shareProcessNamespace: false,
    hostPid: false,
    hostIpc: false,
  };
  const id = await runtime.createContainer(spec);
  await runtime.start(id);
  const sandbox = (await runtime.list(`uid-${name}`)).find(({ kind }) => kind === 'sandbox');
  return { id, ip: sandbox!.ip! };
}

function rulesFor(ips: readonly string[]): string {
  const service: Service = {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { namespace: 'default', name: 'web' },
    spec: { type: 'NodePort', clusterIP: CLUSTER_IP, ports: [{ port: 80, nodePort: NODE_PORT, protocol: 'TCP' }] },
  };
  const slice: EndpointSlice = {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { namespace: 'default', name: 'web-1', labels: { 'kubernetes.io/service-name': 'web' } },
    addressType: 'IPv4',
    ports: [{ name: '', port: 8080, protocol: 'TCP' }],
    endpoints: ips.map((ip) => ({ addresses: [ip], conditions: { ready: true } })),
  };
  const ports = servicePorts([service], [slice], 'n1');
  const bridge = bridgeName(CLUSTER);
  return buildRules({
    cluster: CLUSTER,
    bridge,
    podCidr: POD_CIDR,
    clusterCidr: POD_CIDR,
    ports,
    masqueradeAll: false,
  });
}

const fromHost = async (address: string) => (await (await fetch(`http://${address}/`)).text()).trim();

async function fromPod(pod: { id: string }, ip: string, port: number): Promise<string> {
  const script = `printf 'GET / HTTP/1.0\\r\\n\\r\\n' | nc -w 2 ${ip} ${port} | tail -n 1`;
  return (await runtime.exec(pod.id, ['sh', '-c', script], 10_000)).output.trim();
}

async function answers(ask: () => Promise<string>): Promise<Set<string>> {
  const seen = new Set<string>();
  for (let request = 0; request < 40 && seen.size < 2; request++) seen.add(await ask());
  return seen;
}

describe('a service', () => {
  beforeAll(async () => {
    await applyRules(runCommand, CLUSTER, rulesFor(pods.map(({ ip }) => ip)));
    await eventually(() => fromHost(`${pods[1]!.ip}:8080`));
  });

  it('answers from all its pods, on its address and on the node port, to the machine itself', async () => {
    expect(await answers(() => fromHost(CLUSTER_IP))).toEqual(new Set(['a', 'b']));
    expect(await answers(() => fromHost(`127.0.0.1:${NODE_PORT}`))).toEqual(new Set(['a', 'b']));
  });

  it('answers a pod, also when the answer is its own', async () => {
    expect(await answers(() => fromPod(pods[0]!, CLUSTER_IP, 80))).toEqual(new Set(['a', 'b']));
  });

  it('answers another machine on the node port', async () => {
    // A network namespace with a link of its own is another machine as far as rules go.
    const ip = (...args: string[]) => runCommand('ip', args);
    await ip('netns', 'add', 'kedge-itnet');
    try {
      await ip('link', 'add', 'kedgeit0', 'type', 'veth', 'peer', 'name', 'kedgeit1', 'netns', 'kedge-itnet');
      await ip('addr', 'add', '10.197.12.1/24', 'dev', 'kedgeit0');
      await ip('link', 'set', 'kedgeit0', 'up');
      await ip('-n', 'kedge-itnet', 'addr', 'add', '10.197.12.2/24', 'dev', 'kedgeit1');
      await ip('-n', 'kedge-itnet', 'link', 'set', 'kedgeit1', 'up');
      await ip('-n', 'kedge-itnet', 'route', 'add', 'default', 'via', '10.197.12.1');
      const program = `fetch('http://10.197.12.1:${NODE_PORT}/').then((r) => r.text()).then((t) => process.stdout.write(t.trim()))`;
      const ask = () => ip('netns', 'exec', 'kedge-itnet', process.execPath, '-e', program);
      expect(['a', 'b']).toContain(await ask());
    } finally {
      await ip('netns', 'del', 'kedge-itnet');
    }
  });

  it('without endpoints refuses at once, and what is no longer named is gone', async () => {
    await applyRules(runCommand, CLUSTER, rulesFor([]));
    await expect(fromHost(CLUSTER_IP)).rejects.toMatchObject({ cause: { code: 'ECONNREFUSED' } });
    const saved = await runCommand('iptables-save', ['-t', 'nat']);
    expect(saved).not.toContain(pods[0]!.ip);
  });
});

it('rules are put back after they were flushed, and leave nothing behind', async () => {
  await applyRules(runCommand, CLUSTER, rulesFor([]));
  expect(await jumpsInPlace(runCommand, CLUSTER)).toBe(true);
  await runCommand('iptables', ['-w', '-t', 'nat', '-D', 'OUTPUT', '-j', 'KEDGE-ITNET-SERVICES']);
  expect(await jumpsInPlace(runCommand, CLUSTER)).toBe(false);
  await applyRules(runCommand, CLUSTER, rulesFor([]));
  expect(await jumpsInPlace(runCommand, CLUSTER)).toBe(true);
  await removeRules(runCommand, CLUSTER);
  expect(await runCommand('iptables-save', [])).not.toContain('KEDGE-ITNET');
});
