/** Nodes. */
import type { INode } from 'kubernetes-models/v1/Node';
import type { INodeSpec } from 'kubernetes-models/v1/NodeSpec';
import { duplicate, type FieldError, type FieldPath, forbidden, invalid, path } from '../../../meta/field-error.ts';
import { isDualStack, validCIDR } from './ip.ts';
import { validateResourceQuantity } from './resources.ts';
import { validateTaints } from './tolerations.ts';

type NodeLike = Pick<INode, 'spec' | 'status'>;

/** Holds for creation and for every update of the node or its status. */
export function validateNode({ spec = {}, status = {} }: NodeLike): FieldError[] {
  const { capacity = {}, allocatable = {} } = status;
  return [
    // metadata.taints is upstream's path.
    ...validateTaints(path('metadata').child('taints'), spec.taints ?? []),
    ...validateQuantities(path('status').child('capacity'), capacity),
    ...validateQuantities(path('status').child('allocatable'), allocatable),
    ...validatePodCIDRs(spec),
  ];
}

function validateQuantities(at: FieldPath, quantities: Readonly<Record<string, string | number>>): FieldError[] {
  return Object.entries(quantities).flatMap(([name, quantity]) =>
    validateResourceQuantity(at.child(name), name, quantity),
  );
}

/** One network for each family. The single field counts where the list does not begin with it, as upstream converts them. */
function validatePodCIDRs({ podCIDR = '', podCIDRs: given = [] }: INodeSpec): FieldError[] {
  const at = path('spec').child('podCIDRs');
  const podCIDRs = podCIDR === '' || podCIDR === given[0] ? given : [podCIDR, ...given];
  const errors = podCIDRs.flatMap((cidr, index) => validCIDR(at.index(index), cidr));
  if (podCIDRs.length < 2) return errors;
  const addresses = podCIDRs.map((cidr) => cidr.split('/', 1)[0]!);
  if (podCIDRs.length > 2 || !isDualStack(addresses)) {
    errors.push(invalid(at, podCIDRs, 'may specify no more than one CIDR for each IP family'));
  }
  const seen = new Set<string>();
  for (const [index, cidr] of podCIDRs.entries()) {
    if (seen.has(cidr)) errors.push(duplicate(at.index(index), cidr));
    seen.add(cidr);
  }
  return errors;
}

/** Comes on top of {@link validateNode}. Addresses of the network and the provider's id are given once. */
export function validateNodeUpdate({ spec = {}, status = {} }: NodeLike, { spec: old = {} }: NodeLike): FieldError[] {
  const at = path('spec');
  const errors = validateAddresses(status.addresses ?? []);
  const before = old.podCIDRs ?? [];
  const { podCIDRs = [] } = spec;
  if (
    before.length > 0 &&
    (before.length !== podCIDRs.length || before.some((cidr, index) => cidr !== podCIDRs[index]))
  ) {
    errors.push(forbidden(at.child('podCIDRs'), 'node updates may not change podCIDR except from "" to valid'));
  }
  if (old.providerID && spec.providerID !== old.providerID) {
    errors.push(forbidden(at.child('providerID'), 'node updates may not change providerID except from "" to valid'));
  }
  if ((spec.externalID ?? '') !== (old.externalID ?? '')) {
    errors.push(forbidden(at.child('externalID'), 'may not be updated'));
  }
  return errors;
}

/** Upstream applies the same rules to a node's status; {@link validateNode} runs on those updates too. */
export const validateNodeStatusUpdate = validateNodeUpdate;

function validateAddresses(addresses: readonly { type: string; address: string }[]): FieldError[] {
  const seen = new Set<string>();
  return addresses.flatMap((address, index) => {
    const key = `${address.type} ${address.address}`;
    const repeated = seen.has(key);
    seen.add(key);
    return repeated ? [duplicate(path('status').child('addresses').index(index), address)] : [];
  });
}
