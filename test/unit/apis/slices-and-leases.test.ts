import { describe, expect, it } from 'vitest';
import { leases } from '../../../src/apis/coordination/lease.ts';
import { endpointSlices } from '../../../src/apis/discovery/endpoint-slice.ts';
import { ago, cells, defaulted } from './support.ts';

const metadata = { name: 'x', namespace: 'default', creationTimestamp: ago(30) };

describe('an EndpointSlice', () => {
  it('names and types its ports by default', () => {
    const slice = defaulted(endpointSlices, { metadata, addressType: 'IPv4', endpoints: [], ports: [{ port: 80 }] });
    expect(slice.ports).toEqual([{ port: 80, name: '', protocol: 'TCP' }]);
  });

  it('is printed with the first of its ports and addresses', () => {
    const endpoints = [1, 2, 3, 4, 5].map((last) => ({ addresses: [`10.0.0.${last}`] }));
    const slice = { metadata, addressType: 'IPv4', endpoints, ports: [{ port: 80 }, { name: 'any' }, { name: '' }] };
    expect(cells(endpointSlices, slice)).toEqual({
      AddressType: 'IPv4',
      Ports: '80,any,*',
      Endpoints: '10.0.0.1,10.0.0.2,10.0.0.3 + 2 more...',
      Age: '30s',
    });
    expect(cells(endpointSlices, { metadata, addressType: 'IPv4', endpoints: [] })).toMatchObject({
      Ports: '<unset>',
      Endpoints: '<unset>',
    });
  });
});

describe('a Lease', () => {
  it('is printed with who holds it', () => {
    expect(cells(leases, { metadata, spec: { holderIdentity: 'me' } })).toEqual({ Holder: 'me', Age: '30s' });
  });
});
