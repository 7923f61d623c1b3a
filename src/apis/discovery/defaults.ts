/** Constant defaults of discovery kinds (upstream's SetDefaults_EndpointPort of discovery/v1). */
import { type PropertyDefaults, qualify } from '../merge-rules.ts';

export const discoveryDefaults: PropertyDefaults = qualify<unknown>('io.k8s.api.discovery.v1', {
  EndpointPort: { name: '', protocol: 'TCP' },
});
