/** EndpointSlices. */
import type { IEndpoint } from 'kubernetes-models/discovery.k8s.io/v1/Endpoint';
import type { IEndpointHints } from 'kubernetes-models/discovery.k8s.io/v1/EndpointHints';
import type { IEndpointPort } from 'kubernetes-models/discovery.k8s.io/v1/EndpointPort';
import type { IEndpointSlice } from 'kubernetes-models/discovery.k8s.io/v1/EndpointSlice';
import {
  duplicate,
  type FieldError,
  type FieldPath,
  invalid,
  path,
  required,
  tooMany,
} from '../../../meta/field-error.ts';
import { parseIp } from '../../../meta/ip.ts';
import { validateDns1123Subdomain } from '../../../meta/names.ts';
import { validateLabels } from '../../../meta/object-meta.ts';
import {
  dns1123Label,
  dns1123Subdomain,
  IMMUTABLE,
  inRange,
  oneOf,
  qualifiedName,
} from '../../core/validation/checks.ts';
import { PROTOCOLS } from '../../core/validation/container.ts';
import { nonSpecialIP } from '../../core/validation/ip.ts';

type EndpointSliceLike = Pick<IEndpointSlice, 'addressType' | 'endpoints' | 'ports'>;

const MAX_ENDPOINTS = 1000;
const MAX_PORTS = 20_000;
const MAX_ADDRESSES = 100;
const MAX_TOPOLOGY_LABELS = 16;
const MAX_HINTS = 8;

export function validateEndpointSlice({ addressType, endpoints = [], ports = [] }: EndpointSliceLike): FieldError[] {
  return [
    ...oneOf(path('addressType'), addressType, ['FQDN', 'IPv4', 'IPv6']),
    ...validateEndpoints(path('endpoints'), endpoints ?? [], addressType),
    ...validatePorts(path('ports'), ports ?? []),
  ];
}

/** Comes on top of {@link validateEndpointSlice}. */
export function validateEndpointSliceUpdate({ addressType }: EndpointSliceLike, old: EndpointSliceLike): FieldError[] {
  return addressType === old.addressType ? [] : [invalid(path('addressType'), addressType, IMMUTABLE)];
}

function validateEndpoints(at: FieldPath, endpoints: readonly IEndpoint[], addressType: string): FieldError[] {
  if (endpoints.length > MAX_ENDPOINTS) return [tooMany(at, endpoints.length, MAX_ENDPOINTS)];
  return endpoints.flatMap((endpoint, index) => validateEndpoint(at.index(index), endpoint, addressType));
}

function validateEndpoint(at: FieldPath, endpoint: IEndpoint, addressType: string): FieldError[] {
  const { addresses = [], deprecatedTopology = {}, hostname, nodeName, hints } = endpoint;
  const list = at.child('addresses');
  const errors: FieldError[] = [];
  if (addresses.length === 0) errors.push(required(list, 'must contain at least 1 address'));
  else if (addresses.length > MAX_ADDRESSES) errors.push(tooMany(list, addresses.length, MAX_ADDRESSES));
  errors.push(...addresses.flatMap((address, index) => validateAddress(list.index(index), address, addressType)));
  if (nodeName !== undefined) errors.push(...dns1123Subdomain(at.child('nodeName'), nodeName));
  const topology = at.child('deprecatedTopology');
  const labels = Object.keys(deprecatedTopology).length;
  if (labels > MAX_TOPOLOGY_LABELS) errors.push(tooMany(topology, labels, MAX_TOPOLOGY_LABELS));
  errors.push(...validateLabels(deprecatedTopology, topology));
  if (hostname !== undefined) errors.push(...dns1123Label(at.child('hostname'), hostname));
  return hints === undefined ? errors : [...errors, ...validateHints(at.child('hints'), hints)];
}

/** Addresses of types that are not known are not checked. */
function validateAddress(at: FieldPath, address: string, addressType: string): FieldError[] {
  if (addressType === 'IPv4' || addressType === 'IPv6') {
    const family = addressType === 'IPv4' ? 4 : 6;
    const errors =
      parseIp(address)?.family === family ? [] : [invalid(at, address, `must be a valid ${addressType} address`)];
    return [...errors, ...nonSpecialIP(at, address)];
  }
  return addressType === 'FQDN' ? validateDomainName(at, address) : [];
}

function validateDomainName(at: FieldPath, name: string): FieldError[] {
  if (name === '') return [required(at)];
  const bare = name.replace(/\.$/, '');
  const faults = validateDns1123Subdomain(bare);
  if (faults.length > 0) return faults.map((fault) => invalid(at, bare, fault));
  if (bare.split('.').length < 2) {
    return [invalid(at, bare, 'should be a domain with at least two segments separated by dots')];
  }
  return bare.split('.').flatMap((label) => dns1123Label(at, label));
}

function validateHints(at: FieldPath, { forZones = [], forNodes = [] }: IEndpointHints): FieldError[] {
  const errors: FieldError[] = [];
  for (const [field, list] of Object.entries({ forZones, forNodes })) {
    const path = at.child(field);
    if (list.length > MAX_HINTS) {
      errors.push(tooMany(path, list.length, MAX_HINTS));
      continue;
    }
    const seen = new Set<string>();
    for (const [index, { name }] of list.entries()) {
      const entry = path.index(index).child('name');
      if (seen.has(name)) errors.push(duplicate(entry, name));
      seen.add(name);
      errors.push(...(field === 'forZones' ? qualifiedName(entry, name) : dns1123Subdomain(entry, name)));
    }
  }
  return errors;
}

function validatePorts(at: FieldPath, ports: readonly IEndpointPort[]): FieldError[] {
  if (ports.length > MAX_PORTS) return [tooMany(at, ports.length, MAX_PORTS)];
  const errors: FieldError[] = [];
  const names = new Set<string>();
  for (const [index, { name = '', port, protocol, appProtocol }] of ports.entries()) {
    const entry = at.index(index);
    if (name) errors.push(...dns1123Label(entry.child('name'), name));
    if (names.has(name)) errors.push(duplicate(entry.child('name'), name));
    names.add(name);
    errors.push(...inRange(entry.child('port'), port, 1, 65535));
    errors.push(...oneOf(entry.child('protocol'), protocol, PROTOCOLS));
    if (appProtocol !== undefined) errors.push(...qualifiedName(entry.child('appProtocol'), appProtocol));
  }
  return errors;
}
