import type { IIPAddress } from 'kubernetes-models/networking.k8s.io/v1/IPAddress';
import { groupResource } from '../../meta/object.ts';
import { builtIn, type Stored } from '../built-in.ts';
import { age, described } from '../columns.ts';
import { nameIsIPAddress, validateIPAddress, validateIPAddressUpdate } from './validation/ip-address.ts';

export type IPAddress = Stored<IIPAddress>;

export const ipAddresses = builtIn<IPAddress>('io.k8s.api.networking.v1.IPAddress', {
  resource: 'ipaddresses',
  singular: 'ipaddress',
  shortNames: ['ip'],
  namespaced: false,
  strategy: { validateName: nameIsIPAddress, validate: validateIPAddress, validateUpdate: validateIPAddressUpdate },
  columns: [
    {
      name: 'ParentRef',
      type: 'string',
      description: described('io.k8s.api.networking.v1.IPAddressSpec', 'parentRef'),
      cell({ spec }) {
        if (spec?.parentRef === undefined) return '<none>';
        const { group = '', resource = '', namespace, name } = spec.parentRef;
        const parts = [groupResource(group, resource).toLowerCase(), ...(namespace ? [namespace] : []), name];
        return parts.join('/');
      },
    },
    age,
  ],
});
