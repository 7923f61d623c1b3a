/** Publishes the CA bundle to every namespace, for pods to mount. Upstream: pkg/controller/certificates/rootcacertpublisher. */
import { CONFIG_MAPS, NAMESPACES } from '../../client/resources.ts';
import { type Controller, DONE } from '../../reconcile/contract.ts';
import { createOrUpdate } from '../../reconcile/create-or-update.ts';
import { fnv1a } from '../../reconcile/hash.ts';
import { isNamespaceTerminating } from '../shared/status-causes.ts';

const NAME = 'kube-root-ca.crt';
const DESCRIPTION =
  'Contains a CA bundle that can be used to verify the kube-apiserver when using internal endpoints such as the internal ' +
  'service IP or kubernetes.default.svc. No other usage is guaranteed across distributions of Kubernetes clusters.';

/** `caBundle` is PEM. Another bundle reaches every namespace, because the generation follows it. */
export function rootCaController(caBundle: string): Controller {
  return {
    name: 'root-ca-cert-publisher',
    generation: fnv1a(caBundle).toString(16),
    watches: ['namespaces', 'configmaps'],
    /** Keys are names of namespaces. */
    keys(change) {
      if (change.resource === 'namespaces') return change.type === 'DELETED' ? [] : [change.name];
      return change.name === NAME ? [change.namespace] : [];
    },
    async reconcile({ client }, namespace) {
      const found = await client.find(NAMESPACES, '', namespace);
      if (found === undefined || found.status?.phase === 'Terminating') return DONE;
      try {
        await createOrUpdate(
          client,
          CONFIG_MAPS,
          { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: NAME, namespace } },
          (configMap) => {
            configMap.data = { 'ca.crt': caBundle };
            configMap.metadata.annotations = {
              ...configMap.metadata.annotations,
              'kubernetes.io/description': DESCRIPTION,
            };
          },
        );
      } catch (error) {
        if (!isNamespaceTerminating(error)) throw error;
      }
      return DONE;
    },
  };
}
