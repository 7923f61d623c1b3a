import { expect, test } from 'vitest';
import {
  validateEndpointSlice,
  validateEndpointSliceUpdate,
} from '../../../../../src/apis/discovery/validation/endpoint-slice.ts';
import { rendered } from '../../core/validation/pods.ts';

type Slice = Parameters<typeof validateEndpointSlice>[0];

const slice = (fields: object = {}) =>
  ({
    addressType: 'IPv4',
    endpoints: [{ addresses: ['10.0.0.1'] }],
    ports: [{ name: '', port: 80, protocol: 'TCP' }],
    ...fields,
  }) as Slice;

test.each([
  [{}, []],
  [{ addressType: 'FQDN', endpoints: [{ addresses: ['db.example.com'] }] }, []],
  [{ addressType: 'IP' }, ['addressType: Unsupported value: "IP": supported values: "FQDN", "IPv4", "IPv6"']],
  [{ endpoints: [{ addresses: [] }] }, ['endpoints[0].addresses: Required value: must contain at least 1 address']],
  [
    { endpoints: [{ addresses: ['fd00::1'] }] },
    ['endpoints[0].addresses[0]: Invalid value: "fd00::1": must be a valid IPv4 address'],
  ],
  [
    { endpoints: [{ addresses: ['127.0.0.1'] }] },
    ['endpoints[0].addresses[0]: Invalid value: "127.0.0.1": may not be in the loopback range (127.0.0.0/8, ::1/128)'],
  ],
  [
    { addressType: 'FQDN', endpoints: [{ addresses: ['db'] }] },
    ['endpoints[0].addresses[0]: Invalid value: "db": should be a domain with at least two segments separated by dots'],
  ],
  [
    { endpoints: [{ addresses: ['10.0.0.1'], hints: { forZones: [{ name: 'a' }, { name: 'a' }] } }] },
    ['endpoints[0].hints.forZones[1].name: Duplicate value: "a"'],
  ],
  [
    {
      ports: [
        { port: 80, protocol: 'TCP' },
        { port: 81, protocol: 'TCP' },
      ],
    },
    ['ports[1].name: Duplicate value: ""'],
  ],
  [
    { ports: [{ name: 'a', port: 0, protocol: 'TCP' }] },
    ['ports[0].port: Invalid value: 0: must be between 1 and 65535, inclusive'],
  ],
  [{ ports: [{ name: 'a', port: 80 }] }, ['ports[0].protocol: Required value']],
])('a slice with %j gives %j', (fields, messages) => {
  expect(rendered(validateEndpointSlice(slice(fields)))).toEqual(messages);
});

test('a slice of more than a thousand endpoints is refused at once', () => {
  expect(rendered(validateEndpointSlice(slice({ endpoints: new Array(1001).fill({ addresses: [] }) })))).toEqual([
    'endpoints: Too many: 1001: must have at most 1000 items',
  ]);
});

test('a slice keeps its address type', () => {
  expect(rendered(validateEndpointSliceUpdate(slice({ addressType: 'IPv6' }), slice()))).toEqual([
    'addressType: Invalid value: "IPv6": field is immutable',
  ]);
});
