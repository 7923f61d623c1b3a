import type { IEndpoints } from 'kubernetes-models/v1/Endpoints';
import { builtIn, type Stored } from '../built-in.ts';
import { age, described, firstThree, SHOWN } from '../columns.ts';
import { validateEndpoints } from './validation/endpoints.ts';

export type Endpoints = Stored<IEndpoints>;

/** `10.0.0.1:80,[fd00::1]:80` of the ready addresses. */
function addresses({ subsets = [] }: Endpoints): string {
  if (subsets.length === 0) return '<none>';
  const shown: string[] = [];
  let count = 0;
  // Ports times addresses: only those that are shown are written out.
  for (const { addresses = [], ports = [] } of subsets) {
    count += addresses.length * Math.max(ports.length, 1);
    const hosts = addresses.slice(0, SHOWN).map(({ ip }) => (ports.length > 0 && ip.includes(':') ? `[${ip}]` : ip));
    if (ports.length === 0) shown.push(...hosts);
    for (const { port } of ports.slice(0, SHOWN)) shown.push(...hosts.map((host) => `${host}:${port}`));
  }
  return firstThree(shown, count);
}

export const endpoints = builtIn<Endpoints>('io.k8s.api.core.v1.Endpoints', {
  resource: 'endpoints',
  singular: 'endpoints',
  shortNames: ['ep'],
  namespaced: true,
  deprecation: 'v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice',
  strategy: { allowCreateOnUpdate: true, validate: validateEndpoints },
  columns: [
    {
      name: 'Endpoints',
      type: 'string',
      description: described('io.k8s.api.core.v1.Endpoints', 'subsets'),
      cell: addresses,
    },
    age,
  ],
});
