/**
 * Pure: Services and EndpointSlices to an iptables ruleset, the text of iptables-restore. Every chain is Kedge's own; from
 * the machine's chains there is one jump to each of JUMPS.
 */
import { createHash } from 'node:crypto';
import type { Backend, ServicePort } from './endpoints.ts';

export interface RulesInput {
  cluster: string;
  bridge: string;
  podCidr: string;
  /** Addresses of all the cluster's pods: what goes there keeps its source. */
  clusterCidr: string;
  ports: readonly ServicePort[];
  /** Where bridged packets do not pass iptables, all traffic to services must be masqueraded to find its way back. */
  masqueradeAll: boolean;
}

/** Of packets whose source the node takes over. */
const MARK = '0x10000/0x10000';

/** `KEDGE-<ID>-<suffix>`: at most 15 + 13 characters, iptables' limit. */
export function chainName(cluster: string, suffix: string): string {
  return `KEDGE-${cluster.toUpperCase()}-${suffix}`;
}

const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** A chain of one service port or backend: a letter and 60 bits of hash. */
function hashedChain(cluster: string, letter: 'S' | 'L' | 'X' | 'E', of: string): string {
  const digest = createHash('sha256').update(of).digest();
  let text = '';
  for (let index = 0; index < 12; index++) text += BASE32[digest[index]! & 31];
  return chainName(cluster, letter + text);
}

export interface Jump {
  table: 'nat' | 'filter';
  /** The machine's. */
  from: string;
  /** Suffix of ours. */
  to: string;
  match: string[];
}

const NEW = ['-m', 'conntrack', '--ctstate', 'NEW'];

export const JUMPS: readonly Jump[] = [
  { table: 'nat', from: 'PREROUTING', to: 'SERVICES', match: [] },
  { table: 'nat', from: 'OUTPUT', to: 'SERVICES', match: [] },
  { table: 'nat', from: 'POSTROUTING', to: 'POSTROUTING', match: [] },
  { table: 'filter', from: 'FORWARD', to: 'FORWARD', match: [] },
  { table: 'filter', from: 'INPUT', to: 'FIREWALL', match: [] },
  // Inserted last and so met first: what has no endpoint is refused before anything accepts it.
  { table: 'filter', from: 'FORWARD', to: 'REJECT', match: NEW },
  { table: 'filter', from: 'INPUT', to: 'REJECT', match: NEW },
  { table: 'filter', from: 'OUTPUT', to: 'REJECT', match: NEW },
];

class Table {
  readonly name: string;
  readonly chains: string[] = [];
  readonly rules: string[] = [];
  constructor(name: string) {
    this.name = name;
  }
  chain(name: string): string {
    if (!this.chains.includes(name)) this.chains.push(name);
    return name;
  }
  add(chain: string, ...parts: string[]): void {
    this.rules.push(`-A ${chain} ${parts.filter((part) => part !== '').join(' ')}`);
  }
  render(): string {
    return [`*${this.name}`, ...this.chains.map((chain) => `:${chain} - [0:0]`), ...this.rules, 'COMMIT', ''].join(
      '\n',
    );
  }
}

/** The same input always gives the same text, so that text that has not changed need not be applied. */
export function buildRules(input: RulesInput): string {
  const { cluster, bridge, podCidr, clusterCidr } = input;
  const nat = new Table('nat');
  const filter = new Table('filter');
  const own = (suffix: string) => chainName(cluster, suffix);

  for (const suffix of ['SERVICES', 'NODEPORTS', 'POSTROUTING', 'MARK-MASQ']) nat.chain(own(suffix));
  for (const suffix of ['FORWARD', 'FIREWALL', 'REJECT']) filter.chain(own(suffix));

  nat.add(own('MARK-MASQ'), '-j MARK --or-mark 0x10000');
  nat.add(own('POSTROUTING'), `-s ${podCidr} ! -d ${clusterCidr} ! -o ${bridge} -j MASQUERADE`);
  nat.add(own('POSTROUTING'), `-m mark ! --mark ${MARK} -j RETURN`);
  nat.add(own('POSTROUTING'), '-j MARK --xor-mark 0x10000');
  nat.add(own('POSTROUTING'), '-j MASQUERADE --random-fully');

  for (const port of input.ports) addPort(nat, filter, input, port);
  // Last, so that a service's own addresses are met before.
  nat.add(own('SERVICES'), `-m addrtype --dst-type LOCAL -j ${own('NODEPORTS')}`);

  filter.add(own('FORWARD'), `-m mark --mark ${MARK} -j ACCEPT`);
  filter.add(own('FORWARD'), `-s ${podCidr} -j ACCEPT`);
  filter.add(own('FORWARD'), `-d ${podCidr} -j ACCEPT`);
  // route_localnet lets 127.0.0.1:nodePort work; this keeps other machines from using it to reach what listens on 127.0.0.1.
  filter.add(
    own('FIREWALL'),
    '! -s 127.0.0.0/8 -d 127.0.0.0/8 -m conntrack ! --ctstate RELATED,ESTABLISHED,DNAT -j DROP',
  );
  return nat.render() + filter.render();
}

function addPort(nat: Table, filter: Table, input: RulesInput, port: ServicePort): void {
  const { cluster, clusterCidr } = input;
  const own = (suffix: string) => chainName(cluster, suffix);
  const { protocol, backends, clusterIp, externalIps, nodePort } = port;
  const key = `${port.name}/${protocol}`;
  const local = backends.filter((each) => each.local);
  const comment = (what: string) => `-m comment --comment "${port.name} ${what}"`;
  const to = (ip: string) => `-d ${ip}/32 -p ${protocol} -m ${protocol} --dport ${port.port}`;
  const toNode = `-p ${protocol} -m ${protocol} --dport ${nodePort}`;
  const isNode = '-m addrtype --dst-type LOCAL';
  const refuse = (match: string, what: string) =>
    filter.add(own('REJECT'), comment(`has no ${what}`), match, '-j REJECT --reject-with icmp-port-unreachable');
  const discard = (match: string, what: string) =>
    filter.add(own('REJECT'), comment(`has no ${what}`), match, '-j DROP');

  if (backends.length === 0) {
    refuse(to(clusterIp), 'endpoints');
    for (const ip of externalIps) refuse(to(ip), 'endpoints');
    if (nodePort > 0) refuse(`${isNode} ${toNode}`, 'endpoints');
    return;
  }

  const clusterChain = hashedChain(cluster, 'S', key);
  const localChain = hashedChain(cluster, 'L', key);
  const externalChain = hashedChain(cluster, 'X', key);
  const hasExternal = nodePort > 0 || externalIps.length > 0;
  const usesCluster = !port.internalLocal || hasExternal;
  const usesLocal = local.length > 0 && (port.internalLocal || (port.externalLocal && hasExternal));

  const internalChain = port.internalLocal ? localChain : clusterChain;
  if (port.internalLocal && local.length === 0) discard(to(clusterIp), 'local endpoints');
  else {
    // Who comes from outside the pods would not get the answer from a pod directly.
    const from = input.masqueradeAll ? '' : `! -s ${clusterCidr}`;
    nat.add(own('SERVICES'), from, comment('cluster IP'), to(clusterIp), `-j ${own('MARK-MASQ')}`);
    nat.add(own('SERVICES'), comment('cluster IP'), to(clusterIp), `-j ${internalChain}`);
  }
  if (hasExternal) {
    nat.chain(externalChain);
    for (const ip of externalIps) nat.add(own('SERVICES'), comment('external IP'), to(ip), `-j ${externalChain}`);
    if (nodePort > 0) nat.add(own('NODEPORTS'), comment('node port'), toNode, `-j ${externalChain}`);
    if (port.externalLocal) {
      nat.add(externalChain, `-s ${clusterCidr} -j ${clusterChain}`);
      nat.add(externalChain, `-m addrtype --src-type LOCAL -j ${own('MARK-MASQ')}`);
      nat.add(externalChain, `-m addrtype --src-type LOCAL -j ${clusterChain}`);
      if (local.length > 0) nat.add(externalChain, `-j ${localChain}`);
      else {
        for (const ip of externalIps) discard(to(ip), 'local endpoints');
        if (nodePort > 0) discard(`${isNode} ${toNode}`, 'local endpoints');
      }
    } else {
      nat.add(externalChain, `-j ${own('MARK-MASQ')}`);
      nat.add(externalChain, `-j ${clusterChain}`);
    }
  }
  if (usesCluster) balance(nat, cluster, clusterChain, key, port, backends);
  if (usesLocal) balance(nat, cluster, localChain, key, port, local);
  for (const backend of usesCluster ? backends : local) addBackend(nat, cluster, key, port, backend);
}

/** Each backend with equal chance: the first by 1/n, the next of the rest by 1/(n-1), … */
function balance(
  nat: Table,
  cluster: string,
  chain: string,
  key: string,
  { affinitySeconds }: ServicePort,
  backends: readonly Backend[],
): void {
  nat.chain(chain);
  const chainOf = ({ target }: Backend) => hashedChain(cluster, 'E', `${key}/${target}`);
  if (affinitySeconds > 0) {
    for (const backend of backends) {
      const to = chainOf(backend);
      nat.add(chain, `-m recent --name ${to} --rcheck --seconds ${affinitySeconds} --reap -j ${to}`);
    }
  }
  for (const [index, backend] of backends.entries()) {
    const left = backends.length - index;
    const chance = left === 1 ? '' : `-m statistic --mode random --probability ${(1 / left).toFixed(10)}`;
    nat.add(chain, `-m comment --comment "${backend.target}"`, chance, `-j ${chainOf(backend)}`);
  }
}

function addBackend(nat: Table, cluster: string, key: string, port: ServicePort, { ip, target }: Backend): void {
  const chain = nat.chain(hashedChain(cluster, 'E', `${key}/${target}`));
  // A pod that reaches itself through its service must see another source, or it would answer itself.
  nat.add(chain, `-s ${ip}/32 -j ${chainName(cluster, 'MARK-MASQ')}`);
  const remember = port.affinitySeconds > 0 ? `-m recent --name ${chain} --set` : '';
  nat.add(chain, `-p ${port.protocol}`, remember, `-m ${port.protocol} -j DNAT --to-destination ${target}`);
}
