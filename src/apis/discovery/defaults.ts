/** Constant defaults of discovery kinds (upstream's SetDefaults_EndpointPort of discovery/v1). */
import { type PropertyDefaults, qualify } from '../merge-rules.ts';

export const discoveryDefaults: PropertyDefaults = qualify<unknown>('io.k8s.api.discovery.v1', {
  // Upstream's Go type holds a struct and no pointer: it is always there.
  Endpoint: { conditions: {} },
  EndpointPort: { name: '', protocol: 'TCP' },
});
