/** How the networking kinds merge: list types, keys and patch strategies, which are Go struct tags upstream. */
import { atomic, inPackage, type MergeRules, mergedBy } from '../merge-rules.ts';

export const networkingMergeRules: MergeRules = inPackage('io.k8s.api.networking.v1', {
  HTTPIngressRuleValue: {
    paths: atomic,
  },
  IngressLoadBalancerStatus: {
    ingress: atomic,
  },
  IngressSpec: {
    rules: atomic,
    tls: atomic,
  },
  IngressTLS: {
    hosts: atomic,
  },
  ServiceCIDRStatus: {
    conditions: mergedBy('type'),
  },
});
