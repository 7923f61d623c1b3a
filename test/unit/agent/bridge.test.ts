import { expect, it } from 'vitest';
import { hasRoute } from '../../../agent/network/bridge.ts';

const ROUTES = `Iface	Destination	Gateway 	Flags	RefCnt	Use	Metric	Mask		MTU	Window	IRTT
eth0	00000000	0102000A	0003	0	0	0	00000000	0	0	0
kedge-6	0000F40A	00000000	0001	0	0	0	00FFFFFF	0	0	0
`;

it.each([
  ['kedge-6', '10.244.0.0/24', true],
  ['kedge-6', '10.244.1.0/24', false],
  ['kedge-6', '10.244.0.0/25', false],
  ['kedge-7', '10.244.0.0/24', false],
  ['eth0', '0.0.0.0/0', true],
])('the route of %s to %s: %s', (bridge, cidr, there) => {
  expect(hasRoute(ROUTES, bridge, cidr)).toBe(there);
});
