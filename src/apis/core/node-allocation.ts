import type { INode } from 'kubernetes-models/v1/Node';
import type { AllocationAttempt, ClusterSettings } from '../../apiserver/registry/contract.ts';
import type { Claim } from '../../apiserver/storage/contract.ts';
import { type FieldError, invalid, path } from '../../meta/field-error.ts';
import { addressAt, cidrSize, formatCidr, parseCidr } from '../../meta/ip.ts';
import type { Stored } from '../built-in.ts';
import { pickFree } from './free-values.ts';

const POOL = 'podCIDR';

/**
 * Gives a node a part of the cluster's pod addresses as spec.podCIDR. When all parts are in use it gets none, as upstream's
 * allocator leaves it, until it is changed when there is one again: the node-ipam controller sees to that.
 */
export function allocatePodCIDR(
  cluster: ClusterSettings,
  node: Stored<INode>,
  attempt: AllocationAttempt,
): { claims: Claim[]; errors?: FieldError[] } {
  const { podCIDR = '' } = node.spec ?? {};
  if (podCIDR !== '' && !attempt.isPicked(POOL, podCIDR)) {
    const cidrs = node.spec?.podCIDRs ?? [podCIDR];
    const errors = cidrs
      .filter((cidr) => attempt.isTaken(POOL, cidr))
      .map((cidr) => invalid(path('spec').child('podCIDRs'), cidr, 'is already allocated to another node'));
    return { claims: cidrs.map((value) => ({ pool: POOL, value })), ...(errors.length === 0 ? {} : { errors }) };
  }
  const cidr = pickCIDR(cluster, (value) => attempt.isTaken(POOL, value));
  node.spec = { ...node.spec };
  delete node.spec.podCIDR;
  delete node.spec.podCIDRs;
  if (cidr === undefined) return { claims: [] };
  attempt.pick(POOL, cidr);
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
