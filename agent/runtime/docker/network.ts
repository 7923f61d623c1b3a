/** The pod network: one bridge a cluster, with the node's podCIDR. */
import type { NetworkInspectInfo } from 'dockerode';
import { own } from '../../../src/meta/own.ts';
import type { Dockerode } from './dockerode.ts';
import { engine, unless } from './errors.ts';
import { CLUSTER_LABEL } from './labels.ts';

/** The Docker network's name. */
export function networkName(cluster: string): string {
  return `kedge-${cluster}`;
}

/** The bridge's name on the machine, at most 15 characters. */
export function bridgeName(cluster: string): string {
  return cluster === 'default' ? 'kedge0' : `kedge-${cluster}`;
}

/** What of a network matters to us, in one form for both the wanted and the inspected one. */
interface Shape {
  subnet: string;
  options: Record<string, string>;
}

function wantedShape(cluster: string, podCidr: string, mtu: number, engineMajor: number): Shape {
  return {
    subnet: podCidr,
    options: {
      'com.docker.network.bridge.name': bridgeName(cluster),
      'com.docker.network.bridge.enable_icc': 'true',
      // Masquerading is the agent's rules': Docker's would hide pods from each other across nodes.
      'com.docker.network.bridge.enable_ip_masquerade': 'false',
      'com.docker.network.driver.mtu': String(mtu),
      // Docker 28 drops what other machines send to a container's address otherwise.
      ...(engineMajor >= 28 ? { 'com.docker.network.bridge.gateway_mode_ipv4': 'nat-unprotected' } : {}),
    },
  };
}

function shapeOf(info: NetworkInspectInfo): Shape {
  return { subnet: info.IPAM?.Config?.[0]?.Subnet ?? '', options: info.Options ?? {} };
}

function sameShape(wanted: Shape, found: Shape): boolean {
  return (
    wanted.subnet === found.subnet &&
    Object.entries(wanted.options).every(([name, value]) => own(found.options, name) === value)
  );
}

/** Idempotent. A network of another shape (the node has a new podCIDR) goes, with the sandboxes that hang on it. */
export async function ensureNetwork(
  docker: Dockerode,
  cluster: string,
  podCidr: string,
  mtu: number,
  engineMajor: number,
): Promise<void> {
  const name = networkName(cluster);
  const wanted = wantedShape(cluster, podCidr, mtu, engineMajor);
  const found = await unless<NetworkInspectInfo>([404], () => docker.getNetwork(name).inspect());
  if (found !== undefined) {
    if (sameShape(wanted, shapeOf(found))) return;
    await removeNetwork(docker, cluster);
  }
  await engine(() =>
    docker.createNetwork({
      Name: name,
      CheckDuplicate: true,
      Driver: 'bridge',
      IPAM: { Driver: 'default', Config: [{ Subnet: podCidr }] },
      Options: wanted.options,
      Labels: { [CLUSTER_LABEL]: cluster },
    }),
  );
}

export async function removeNetwork(docker: Dockerode, cluster: string): Promise<void> {
  const network = docker.getNetwork(networkName(cluster));
  const info = await unless<NetworkInspectInfo>([404], () => network.inspect());
  if (info === undefined) return;
  for (const id of Object.keys(info.Containers ?? {})) {
    await unless([404, 409], () => docker.getContainer(id).remove({ force: true, v: true }));
  }
  await unless([404], () => network.remove());
}

/** The subnet of the cluster's network, from before the API has told the podCIDR again. */
export async function findPodCidr(docker: Dockerode, cluster: string): Promise<string | undefined> {
  const info = await unless<NetworkInspectInfo>([404], () => docker.getNetwork(networkName(cluster)).inspect());
  return info === undefined ? undefined : shapeOf(info).subnet || undefined;
}
