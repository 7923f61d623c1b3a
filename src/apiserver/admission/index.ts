import type { Reader } from '../../client/contract.ts';
import type { AdmissionPlugin } from './contract.ts';
import { defaultIngressClass, defaultStorageClass, persistentVolumeClaimResize } from './default-classes.ts';
import { defaultTolerationSeconds } from './default-toleration-seconds.ts';
import { limitRanger } from './limit-ranger.ts';
import { namespaceLifecycle } from './namespace-lifecycle.ts';
import { nodeRestriction } from './node-restriction.ts';
import { nodeTaint } from './node-taint.ts';
import { priority } from './priority.ts';
import { runtimeClass } from './runtime-class.ts';
import { serviceAccount } from './service-account.ts';
import { tenantNamespace } from './tenant-namespace.ts';

export { type AdmissionChain, createAdmissionChain } from './chain.ts';

export interface AdmissionOptions {
  /** Reads as the system, past authorization and admission. */
  readerOf(tenant: string): Reader;
  /** Whether pods get a volume with a token of their ServiceAccount; needs nodes that mount projected volumes. */
  mountTokens: boolean;
}

/** The plugins of every cluster, in upstream's order. */
export function defaultAdmissionPlugins({ readerOf, mountTokens }: AdmissionOptions): AdmissionPlugin[] {
  return [
    namespaceLifecycle(),
    tenantNamespace(),
    limitRanger({ readerOf }),
    serviceAccount({ readerOf, mountTokens }),
    nodeRestriction({ readerOf }),
    nodeTaint(),
    priority({ readerOf }),
    defaultTolerationSeconds(),
    defaultStorageClass({ readerOf }),
    persistentVolumeClaimResize({ readerOf }),
    runtimeClass({ readerOf }),
    defaultIngressClass({ readerOf }),
  ];
}
