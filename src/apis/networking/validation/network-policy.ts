/** NetworkPolicies. */
import type { IIPBlock } from 'kubernetes-models/networking.k8s.io/v1/IPBlock';
import type { INetworkPolicy } from 'kubernetes-models/networking.k8s.io/v1/NetworkPolicy';
import type { INetworkPolicyPeer } from 'kubernetes-models/networking.k8s.io/v1/NetworkPolicyPeer';
import type { INetworkPolicyPort } from 'kubernetes-models/networking.k8s.io/v1/NetworkPolicyPort';
import { type FieldError, type FieldPath, forbidden, invalid, path, required } from '../../../meta/field-error.ts';
import { cidrContains, networkAddress, parseCidr } from '../../../meta/ip.ts';
import { validateLabelSelector } from '../../../meta/label-selector-validation.ts';
import { validatePortName, validatePortNumber } from '../../../meta/names.ts';
import type { LabelSelector } from '../../../meta/selectors.ts';
import { invalidEach, optionalOneOf } from '../../core/validation/checks.ts';
import { validCIDR } from '../../core/validation/ip.ts';

const TYPES = ['Egress', 'Ingress'];

export function validateNetworkPolicy({ spec }: Pick<INetworkPolicy, 'spec'>): FieldError[] {
  const at = path('spec');
  const errors = validateLabelSelector(spec?.podSelector as LabelSelector | undefined, at.child('podSelector'));
  for (const [index, { ports, from }] of (spec?.ingress ?? []).entries()) {
    errors.push(...validateRule(at.child('ingress').index(index), ports, 'from', from));
  }
  for (const [index, { ports, to }] of (spec?.egress ?? []).entries()) {
    errors.push(...validateRule(at.child('egress').index(index), ports, 'to', to));
  }
  const types = spec?.policyTypes ?? [];
  if (types.length > TYPES.length) {
    return [...errors, invalid(at.child('policyTypes'), types, 'may not specify more than two policyTypes')];
  }
  errors.push(...types.flatMap((type, index) => optionalOneOf(at.child('policyTypes').index(index), type, TYPES)));
  return errors;
}

function validateRule(
  at: FieldPath,
  ports: readonly INetworkPolicyPort[] = [],
  side: 'from' | 'to',
  peers: readonly INetworkPolicyPeer[] = [],
): FieldError[] {
  return [
    ...ports.flatMap((port, index) => validatePort(at.child('ports').index(index), port)),
    ...peers.flatMap((peer, index) => validatePeer(at.child(side).index(index), peer)),
  ];
}

function validatePort(at: FieldPath, { protocol, port, endPort }: INetworkPolicyPort): FieldError[] {
  const errors = optionalOneOf(at.child('protocol'), protocol, ['TCP', 'UDP', 'SCTP']);
  const inPort = at.child('port');
  const inEnd = at.child('endPort');
  const noEnd = (why: string) => {
    if (endPort !== undefined) errors.push(invalid(inEnd, endPort, `may not be specified when \`port\` is ${why}`));
  };
  if (port === undefined) noEnd('not specified');
  else if (typeof port === 'string') {
    noEnd('non-numeric');
    errors.push(...invalidEach(inPort, port, validatePortName));
  } else {
    errors.push(...invalidEach(inPort, port, validatePortNumber));
    if (endPort === undefined) return errors;
    if (endPort < port) errors.push(invalid(inEnd, endPort, 'must be greater than or equal to `port`'));
    errors.push(...invalidEach(inEnd, endPort, validatePortNumber));
  }
  return errors;
}

function validatePeer(at: FieldPath, { podSelector, namespaceSelector, ipBlock }: INetworkPolicyPeer): FieldError[] {
  const errors = [
    ...validateLabelSelector(podSelector as LabelSelector | undefined, at.child('podSelector')),
    ...validateLabelSelector(namespaceSelector as LabelSelector | undefined, at.child('namespaceSelector')),
  ];
  const selects = podSelector !== undefined || namespaceSelector !== undefined;
  if (ipBlock !== undefined) errors.push(...validateBlock(at.child('ipBlock'), ipBlock));
  if (ipBlock === undefined && !selects) errors.push(required(at, 'must specify a peer'));
  if (ipBlock !== undefined && selects) errors.push(forbidden(at, 'may not specify both ipBlock and another peer'));
  return errors;
}

function validateBlock(at: FieldPath, { cidr, except = [] }: IIPBlock): FieldError[] {
  if (!cidr) return [required(at.child('cidr'))];
  const errors = validCIDR(at.child('cidr'), cidr);
  const whole = parseCidr(cidr);
  for (const [index, text] of except.entries()) {
    const entry = at.child('except').index(index);
    errors.push(...validCIDR(entry, text));
    const part = parseCidr(text);
    if (whole === undefined || part === undefined) continue;
    const inside = part.prefixLength > whole.prefixLength && cidrContains(whole, networkAddress(part));
    if (!inside) errors.push(invalid(entry, text, 'must be a strict subset of `cidr`'));
  }
  return errors;
}
