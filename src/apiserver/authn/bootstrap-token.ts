/**
 * Bootstrap tokens, `<id>.<secret>`: each a Secret in kube-system with which a machine joins the cluster before it has a
 * credential of its own (upstream: plugin/pkg/auth/authenticator/token/bootstrap).
 */
import type { Reader } from '../../client/contract.ts';
import { SECRETS, type Secret } from '../../client/resources.ts';
import { BOOTSTRAP_TOKEN_TYPE, bootstrapTokenEnd, secretText } from '../../meta/secret-data.ts';
import { ROOT } from '../../meta/tenant.ts';
import { AUTHENTICATED } from '../request/user.ts';
import type { Authenticated, TokenAuthenticator } from './contract.ts';
import { equalSecrets } from './equal-secrets.ts';

const SHAPE = /^([a-z0-9]{6})\.([a-z0-9]{16})$/;
const GROUP = 'system:bootstrappers';
const EXTRA_GROUP = /^system:bootstrappers:[a-z0-9:-]{0,255}[a-z0-9]$/;

export interface BootstrapTokenOptions {
  reader(tenant: string): Reader;
  /** The audiences that mean the API server: all that such a token is for. */
  apiAudiences(tenant: string): readonly string[];
  now?(): Date;
}

export function bootstrapTokenAuthenticator(options: BootstrapTokenOptions): TokenAuthenticator {
  const now = options.now ?? (() => new Date());
  return {
    async authenticate(token, audiences, tenant = ROOT): Promise<Authenticated | undefined> {
      const [, id, presented] = SHAPE.exec(token) ?? [];
      if (id === undefined || presented === undefined) return undefined;
      const secret = await options.reader(tenant).find(SECRETS, 'kube-system', `bootstrap-token-${id}`);
      if (secret === undefined || !(await equalSecrets(secretText(secret.data, 'token-secret'), presented))) {
        return undefined;
      }
      const expiresAt = bootstrapTokenEnd(secret.data);
      const groups = groupsOf(secret);
      if (!isUsable(secret, id) || groups === undefined || (expiresAt !== undefined && expiresAt <= now())) {
        return undefined;
      }
      const meant = audiences?.filter((audience) => options.apiAudiences(tenant).includes(audience));
      if (meant?.length === 0) return undefined;
      return {
        tenant,
        user: { name: `system:bootstrap:${id}`, groups: [...groups, AUTHENTICATED] },
        ...(meant === undefined ? {} : { audiences: meant }),
        ...(expiresAt === undefined ? {} : { expiresAt }),
      };
    },
  };
}

function isUsable({ type, metadata, data }: Secret, id: string): boolean {
  return (
    type === BOOTSTRAP_TOKEN_TYPE &&
    metadata.deletionTimestamp === undefined &&
    secretText(data, 'token-id') === id &&
    secretText(data, 'usage-bootstrap-authentication') === 'true'
  );
}

/** undefined when one is named that bootstrap tokens may not give. */
function groupsOf({ data }: Secret): string[] | undefined {
  const extra = secretText(data, 'auth-extra-groups')
    .split(',')
    .filter((group) => group !== '');
  return extra.every((group) => EXTRA_GROUP.test(group)) ? [...new Set([GROUP, ...extra])] : undefined;
}
