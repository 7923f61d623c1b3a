/** Constant defaults of the networking kinds (upstream's SetDefaults_* of networking/v1). */
import { type PropertyDefaults, qualify } from '../merge-rules.ts';

export const networkingDefaults: PropertyDefaults = qualify<unknown>('io.k8s.api.networking.v1', {
  // Empty structs stand where upstream's Go types hold a struct and no pointer: they are always there.
  Ingress: { spec: {}, status: {} },
  IngressStatus: { loadBalancer: {} },
  HTTPIngressPath: { backend: {} },
  IngressClass: { spec: {} },
  IngressClassParametersReference: { scope: 'Cluster' },
  NetworkPolicy: { spec: {} },
  NetworkPolicySpec: { podSelector: {} },
  NetworkPolicyPort: { protocol: 'TCP' },
  ServiceCIDR: { spec: {}, status: {} },
  IPAddress: { spec: {} },
});
