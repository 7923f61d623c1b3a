import type { INode } from 'kubernetes-models/v1/Node';
import type { ClusterSettings } from '../../apiserver/registry/contract.ts';
import type { Claim } from '../../apiserver/storage/contract.ts';
import { type FieldError, invalid, path } from '../../meta/field-error.ts';
import { addressAt, cidrSize, formatCidr, parseCidr } from '../../meta/ip.ts';
import type { Stored } from '../built-in.ts';
import { pickFree } from './free-values.ts';

const POOL = 'podCIDR';

/** Nodes whose podCIDR was picked here, not given. */
const picked = new WeakSet<object>();

/**
 * Gives a new node a part of the cluster's pod addresses as spec.podCIDR. When all parts are in use it gets none, as
 * upstream's allocator leaves it, and becomes usable once it is given one.
 */
export function allocatePodCIDR(
  cluster: ClusterSettings,
  node: Stored<INode>,
  old: Stored<INode> | undefined,
  taken: readonly Claim[],
): { claims: Claim[]; errors?: FieldError[] } {
  const held = new Set(taken.filter(({ pool }) => pool === POOL).map(({ value }) => value));
  const given = !picked.has(node) && (node.spec?.podCIDR ?? '') !== '';
  if (given || old !== undefined) {
    const cidrs = node.spec?.podCIDRs ?? (node.spec?.podCIDR ? [node.spec.podCIDR] : []);
    const errors = cidrs
      .filter((cidr) => held.has(cidr))
      .map((cidr) => invalid(path('spec').child('podCIDRs'), cidr, 'is already allocated to another node'));
    return { claims: cidrs.map((value) => ({ pool: POOL, value })), ...(errors.length === 0 ? {} : { errors }) };
  }
  const cidr = pickCIDR(cluster, (value) => held.has(value));
  picked.add(node);
  node.spec = { ...node.spec };
  delete node.spec.podCIDR;
  delete node.spec.podCIDRs;
  if (cidr === undefined) return { claims: [] };
  node.spec.podCIDR = cidr;
  node.spec.podCIDRs = [cidr];
  return { claims: [{ pool: POOL, value: cidr }] };
}

function pickCIDR(
  { clusterCIDR, nodeCIDRMaskSize }: ClusterSettings,
  isTaken: (cidr: string) => boolean,
): string | undefined {
  const cluster = parseCidr(clusterCIDR);
  if (cluster === undefined) throw new Error(`the cluster CIDR ${clusterCIDR} is none`);
  const part = (index: number) => {
    const size = cidrSize({ ...cluster, prefixLength: nodeCIDRMaskSize });
    return formatCidr({ address: addressAt(cluster, BigInt(index) * size), prefixLength: nodeCIDRMaskSize });
  };
  const count = 2 ** (nodeCIDRMaskSize - cluster.prefixLength);
  const index = pickFree({ from: 0, preferredFrom: 0, to: count - 1 }, (each) => isTaken(part(each)));
  return index === undefined ? undefined : part(index);
}
