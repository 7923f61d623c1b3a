/** Keeps a ServiceAccount named default in every active namespace. Upstream: pkg/controller/serviceaccount. */
import { NAMESPACES, SERVICE_ACCOUNTS } from '../../client/resources.ts';
import { isStatus } from '../../meta/status-error.ts';
import { type Controller, DONE } from '../../reconcile/contract.ts';
import { isNamespaceTerminating } from '../shared/status-causes.ts';

const NAME = 'default';

export const serviceAccountController: Controller = {
  name: 'service-account-controller',
  watches: ['namespaces', 'serviceaccounts'],
  /** Keys are names of namespaces. */
  keys(change) {
    if (change.resource === 'namespaces') return change.type === 'DELETED' ? [] : [change.name];
    return change.type === 'DELETED' && change.name === NAME ? [change.namespace] : [];
  },
  async reconcile({ client }, namespace) {
    const found = await client.find(NAMESPACES, '', namespace);
    if (found === undefined || found.status?.phase === 'Terminating') return DONE;
    if ((await client.find(SERVICE_ACCOUNTS, namespace, NAME)) !== undefined) return DONE;
    try {
      await client.create(SERVICE_ACCOUNTS, {
        apiVersion: 'v1',
        kind: 'ServiceAccount',
        metadata: { name: NAME, namespace },
      });
    } catch (error) {
      if (!isStatus(error, 'AlreadyExists') && !isNamespaceTerminating(error)) throw error;
    }
    return DONE;
  },
};
