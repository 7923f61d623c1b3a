/**
 * Fills Secrets of type kubernetes.io/service-account-token with a token of the account that they name, and deletes them
 * when that account is not, or no longer, there. Upstream: pkg/controller/serviceaccount, tokens_controller.
 */
import { SECRETS, SERVICE_ACCOUNTS, type Secret, type ServiceAccount } from '../../client/resources.ts';
import { isStatus } from '../../meta/status-error.ts';
import { type Controller, DONE, type ReconcileContext, type Result } from '../../reconcile/contract.ts';
import { fnv1a } from '../../reconcile/hash.ts';

const TYPE = 'kubernetes.io/service-account-token';
const ACCOUNT_NAME = 'kubernetes.io/service-account.name';
const ACCOUNT_UID = 'kubernetes.io/service-account.uid';

export interface ServiceAccountTokenOptions {
  /** PEM; '' where clients need none. Another bundle reaches every such Secret. */
  caBundle: string;
  /** Makes the token that the account's Secret of that name is to hold. */
  issue(tenant: string, account: { namespace: string; name: string; uid: string }, secret: string): Promise<string>;
}

export function serviceAccountTokenController(options: ServiceAccountTokenOptions): Controller {
  return {
    name: 'tokens-controller',
    generation: fnv1a(options.caBundle).toString(16),
    watches: ['secrets', 'serviceaccounts'],
    /** "secret/<namespace>/<name>", and "account/…" for the Secrets of an account that went or is another. */
    keys(change) {
      const { resource, namespace, name, type } = change;
      if (resource === 'serviceaccounts') return type === 'MODIFIED' ? [] : [`account/${namespace}/${name}`];
      return type !== 'DELETED' && isToken(change.object as Secret) ? [`secret/${namespace}/${name}`] : [];
    },
    async reconcile(context, key) {
      const [kind, namespace = '', name = ''] = key.split('/');
      if (kind === 'account') return await wakeSecrets(context, namespace, name);
      const secret = await context.client.find(SECRETS, namespace, name);
      if (secret === undefined || !isToken(secret) || secret.metadata.deletionTimestamp !== undefined) return DONE;
      return await follow(context, secret, options);
    },
  };
}

function isToken({ type, metadata }: Secret): boolean {
  return type === TYPE && (metadata.annotations?.[ACCOUNT_NAME] ?? '') !== '';
}

async function wakeSecrets({ client, enqueue }: ReconcileContext, namespace: string, name: string): Promise<Result> {
  const { items } = await client.list(SECRETS, { namespace, fieldSelector: `type=${TYPE}` });
  const own = items.filter((secret) => secret.metadata.annotations?.[ACCOUNT_NAME] === name);
  await enqueue(own.map((secret) => `secret/${namespace}/${secret.metadata.name}`));
  return DONE;
}

async function follow(
  { client, tenant }: ReconcileContext,
  secret: Secret,
  options: ServiceAccountTokenOptions,
): Promise<Result> {
  const { name = '', namespace = '', uid = '', annotations = {} } = secret.metadata;
  const account = await client.find(SERVICE_ACCOUNTS, namespace, annotations[ACCOUNT_NAME] ?? '');
  try {
    if (account === undefined || !isOf(secret, account)) {
      await client.delete(SECRETS, namespace, name, { preconditions: { uid } });
      return DONE;
    }
    const filled = await fill(tenant, secret, account, options);
    if (filled !== undefined) await client.update(SECRETS, filled);
  } catch (error) {
    // Whoever changed it in between has made it due again.
    if (!isStatus(error, 'NotFound') && !isStatus(error, 'Conflict')) throw error;
  }
  return DONE;
}

/** A uid that it already names tells a new account of an old name from the one that it was made for. */
function isOf(secret: Secret, account: ServiceAccount): boolean {
  const uid = secret.metadata.annotations?.[ACCOUNT_UID] ?? '';
  return uid === '' || uid === account.metadata.uid;
}

/** The Secret with what it lacks; undefined when that is nothing. */
async function fill(
  tenant: string,
  secret: Secret,
  account: ServiceAccount,
  { caBundle, issue }: ServiceAccountTokenOptions,
): Promise<Secret | undefined> {
  const { name = '', namespace = '', annotations } = secret.metadata;
  const { data = {} } = secret;
  const uid = account.metadata.uid ?? '';
  const certificate = btoa(caBundle);
  const stale = caBundle !== '' && data['ca.crt'] !== certificate;
  if (data.token && data.namespace && !stale && annotations?.[ACCOUNT_UID] === uid) return undefined;
  const token = data.token || btoa(await issue(tenant, { namespace, name: account.metadata.name ?? '', uid }, name));
  return {
    ...secret,
    metadata: { ...secret.metadata, annotations: { ...annotations, [ACCOUNT_UID]: uid } },
    data: { ...data, ...(caBundle === '' ? {} : { 'ca.crt': certificate }), namespace: btoa(namespace), token },
  };
}
