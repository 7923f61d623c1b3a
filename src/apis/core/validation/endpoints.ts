/** Endpoints, and the endpoint ports and addresses they are made of. */
import type { IEndpointAddress } from 'kubernetes-models/v1/EndpointAddress';
import type { IEndpointPort } from 'kubernetes-models/v1/EndpointPort';
import type { IEndpoints } from 'kubernetes-models/v1/Endpoints';
import { type FieldError, type FieldPath, path, required } from '../../../meta/field-error.ts';
import { validatePortNumber } from '../../../meta/names.ts';
import { dns1123Label, dns1123Subdomain, invalidEach, oneOf, qualifiedName } from './checks.ts';
import { PROTOCOLS } from './container.ts';
import { nonSpecialIP, validIP } from './ip.ts';

/** The same rules hold for creation and update. */
export function validateEndpoints({ subsets = [] }: Pick<IEndpoints, 'subsets'>): FieldError[] {
  return subsets.flatMap(({ addresses = [], notReadyAddresses = [], ports = [] }, index) => {
    const at = path('subsets').index(index);
    const errors: FieldError[] = [];
    if (addresses.length === 0 && notReadyAddresses.length === 0) {
      errors.push(required(at, 'must specify `addresses` or `notReadyAddresses`'));
    }
    for (const [name, list] of Object.entries({ addresses, notReadyAddresses })) {
      errors.push(...list.flatMap((address, entry) => validateAddress(at.child(name).index(entry), address)));
    }
    const requireName = ports.length > 1;
    return [
      ...errors,
      ...ports.flatMap((port, entry) => validatePort(at.child('ports').index(entry), port, requireName)),
    ];
  });
}

function validateAddress(at: FieldPath, { ip = '', hostname, nodeName }: IEndpointAddress): FieldError[] {
  return [
    ...validIP(at.child('ip'), ip),
    ...(hostname ? dns1123Label(at.child('hostname'), hostname) : []),
    ...(nodeName === undefined ? [] : dns1123Subdomain(at.child('nodeName'), nodeName)),
    ...nonSpecialIP(at.child('ip'), ip),
  ];
}

function validatePort(at: FieldPath, port: IEndpointPort, requireName: boolean): FieldError[] {
  const { name, protocol, appProtocol } = port;
  const errors: FieldError[] = [];
  if (name) errors.push(...dns1123Label(at.child('name'), name));
  else if (requireName) errors.push(required(at.child('name')));
  return [
    ...errors,
    ...invalidEach(at.child('port'), port.port ?? 0, validatePortNumber),
    ...oneOf(at.child('protocol'), protocol, PROTOCOLS),
    ...(appProtocol === undefined ? [] : qualifiedName(at.child('appProtocol'), appProtocol)),
  ];
}
