import type { Reader } from '../../client/contract.ts';
import { type Pod, SERVICE_ACCOUNTS, type ServiceAccount } from '../../client/resources.ts';
import { MIRROR_POD } from '../../meta/pod-references.ts';
import type { AdmissionPlugin, AdmissionRequest } from './contract.ts';
import { forbid, isAbout } from './forbid.ts';
import { mountToken } from './token-volume.ts';

const DEFAULT_ACCOUNT = 'default';
/** The default account of a new namespace is made by a controller: how often it is looked for, as upstream does. */
const ATTEMPTS = 10;
const RETRY_MS = 100;

export interface ServiceAccountOptions {
  readerOf(tenant: string): Reader;
  /** Give pods a volume with a token of their account. */
  mountTokens: boolean;
  /** Waits before the account is looked for again. Default: a timer. */
  wait?(milliseconds: number): Promise<void>;
}

type PodSpec = NonNullable<Pod['spec']>;

/** Upstream's ServiceAccount plugin: each pod runs as an account that exists, and gets its pull secrets and token. */
export function serviceAccount(options: ServiceAccountOptions): AdmissionPlugin {
  const { readerOf, mountTokens, wait = sleep } = options;

  async function find(request: AdmissionRequest, name: string): Promise<ServiceAccount> {
    const reader = readerOf(request.tenant);
    const attempts = name === DEFAULT_ACCOUNT ? ATTEMPTS : 1;
    for (let attempt = 1; ; attempt += 1) {
      const account = await reader.find(SERVICE_ACCOUNTS, request.namespace, name);
      if (account !== undefined) return account;
      if (attempt >= attempts) {
        const id = `${request.namespace}/${name}`;
        throw forbid(
          request,
          `error looking up service account ${id}: serviceaccount ${JSON.stringify(name)} not found`,
        );
      }
      await wait(RETRY_MS + Math.random() * RETRY_MS);
    }
  }

  return {
    name: 'ServiceAccount',
    handles: (request) => request.operation === 'CREATE' && isAbout(request, '', 'pods'),
    async admit(request) {
      const { metadata, spec } = request.object as unknown as Pod;
      if (spec === undefined) return;
      if (metadata.annotations?.[MIRROR_POD] !== undefined) {
        refuseReferences(request, spec);
        return;
      }
      const name = spec.serviceAccountName || DEFAULT_ACCOUNT;
      spec.serviceAccountName = name;
      // The field's old name carries the same value in every answer.
      spec.serviceAccount = name;
      const account = await find(request, name);
      const automount = spec.automountServiceAccountToken ?? account.automountServiceAccountToken ?? true;
      if (mountTokens && automount) mountToken(spec);
      const pullSecrets = account.imagePullSecrets ?? [];
      if ((spec.imagePullSecrets ?? []).length === 0 && pullSecrets.length > 0) {
        spec.imagePullSecrets = pullSecrets.map((secret) => ({ ...secret }));
      }
    },
  };
}

/** A mirror pod shows what a node runs by itself, without the API: it can use nothing of the API's. */
function refuseReferences(request: AdmissionRequest, spec: PodSpec): void {
  if (spec.serviceAccountName) throw forbid(request, 'a mirror pod may not reference service accounts');
  for (const { secret, projected } of spec.volumes ?? []) {
    if (secret) throw forbid(request, 'a mirror pod may not reference secrets');
    if (projected?.sources?.some(({ serviceAccountToken }) => serviceAccountToken !== undefined)) {
      throw forbid(request, 'a mirror pod may not use ServiceAccountToken volume projections');
    }
  }
}

function sleep(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
