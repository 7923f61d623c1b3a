import type { AdmissionPlugin } from './contract.ts';
import { forbid, isAbout } from './forbid.ts';

/** The cluster does not work without these. */
const IMMORTAL = new Set(['default', 'kube-system', 'kube-public', 'kube-node-lease']);

/**
 * Upstream's NamespaceLifecycle, the part that needs no read: the system's namespaces are not deleted. That nothing is
 * created in a namespace that is missing or being deleted is assured by the store, in the statement that writes.
 */
export function namespaceLifecycle(): AdmissionPlugin {
  return {
    name: 'NamespaceLifecycle',
    handles: (request) => request.operation === 'DELETE' && isAbout(request, '', 'namespaces'),
    async admit(request) {
      if (IMMORTAL.has(request.name)) throw forbid(request, 'this namespace may not be deleted');
    },
  };
}
