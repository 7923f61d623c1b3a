/** Deletes bootstrap tokens whose time has passed. Upstream: pkg/controller/bootstrap, tokencleaner. */
import { SECRETS, type Secret } from '../../client/resources.ts';
import { BOOTSTRAP_TOKEN_TYPE, bootstrapTokenEnd } from '../../meta/secret-data.ts';
import { isStatus } from '../../meta/status-error.ts';
import { type Controller, DONE } from '../../reconcile/contract.ts';

const NAMESPACE = 'kube-system';

export const tokenCleaner: Controller = {
  name: 'token-cleaner',
  watches: ['secrets'],
  /** Keys are names of Secrets in kube-system. */
  keys(change) {
    const isToken = change.namespace === NAMESPACE && (change.object as Secret).type === BOOTSTRAP_TOKEN_TYPE;
    return isToken && change.type !== 'DELETED' ? [change.name] : [];
  },
  async reconcile({ client, now }, name) {
    const secret = await client.find(SECRETS, NAMESPACE, name);
    if (secret === undefined || secret.type !== BOOTSTRAP_TOKEN_TYPE) return DONE;
    const end = bootstrapTokenEnd(secret.data);
    if (end === undefined) return DONE;
    const seconds = (end.getTime() - now().getTime()) / 1000;
    if (seconds > 0) return { outcome: 'after', seconds };
    const { uid = '' } = secret.metadata;
    try {
      await client.delete(SECRETS, NAMESPACE, name, { preconditions: { uid } });
    } catch (error) {
      if (!isStatus(error, 'NotFound') && !isStatus(error, 'Conflict')) throw error;
    }
    return DONE;
  },
};
