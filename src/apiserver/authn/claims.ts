/** The claims of a ServiceAccount token, as upstream's legacy-free (bound) tokens carry them. */

export interface ObjectClaim {
  name: string;
  uid?: string;
}

export interface KubernetesClaims {
  namespace: string;
  serviceaccount: { name: string; uid: string };
  pod?: ObjectClaim;
  secret?: ObjectClaim;
  node?: ObjectClaim;
}

/** The private claim's name in the token. */
export const KUBERNETES_CLAIM = 'kubernetes.io';

export function serviceAccountUserName(namespace: string, name: string): string {
  return `system:serviceaccount:${namespace}:${name}`;
}

/** The groups every ServiceAccount is in, system:authenticated last, in upstream's order. */
export function serviceAccountGroups(namespace: string): string[] {
  return ['system:serviceaccounts', `system:serviceaccounts:${namespace}`, 'system:authenticated'];
}

/** Reads the private claim of a verified payload; undefined when it has not the shape of a ServiceAccount token's. */
export function kubernetesClaims(payload: Record<string, unknown>): KubernetesClaims | undefined {
  const claim = payload[KUBERNETES_CLAIM] as Partial<KubernetesClaims> | undefined;
  if (typeof claim !== 'object' || claim === null) return undefined;
  const account = claim.serviceaccount;
  if (typeof claim.namespace !== 'string' || typeof account?.name !== 'string' || typeof account.uid !== 'string') {
    return undefined;
  }
  return claim as KubernetesClaims;
}
