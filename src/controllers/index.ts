/** Every controller of a tenant's control plane. They meet only in what they read and write through the API. */
import type { Controller } from '../reconcile/contract.ts';
import { cronJobController } from './cron-job/index.ts';
import { customResourceDefinitionController } from './custom-resource-definition/index.ts';
import { daemonSetController } from './daemon-set/index.ts';
import { deploymentController } from './deployment/index.ts';
import { disruptionController } from './disruption/index.ts';
import { endpointSliceController } from './endpoint-slice/index.ts';
import { endpointsController } from './endpoints/index.ts';
import { eventExpiryController } from './event-expiry/index.ts';
import { garbageCollector } from './garbage-collector/index.ts';
import { jobController } from './job/index.ts';
import { type KubernetesServiceOptions, kubernetesServiceController } from './kubernetes-service/index.ts';
import { namespaceController } from './namespace/index.ts';
import { nodeIpamController } from './node-ipam/index.ts';
import { type NodeLifecycleOptions, nodeLifecycleController } from './node-lifecycle/index.ts';
import { podGarbageCollector } from './pod-gc/index.ts';
import { replicaSetController, replicationController } from './replica-set/index.ts';
import { resourceQuotaController } from './resource-quota/index.ts';
import { rootCaController } from './root-ca/index.ts';
import { serviceAccountController } from './service-account/index.ts';
import { type ServiceAccountTokenOptions, serviceAccountTokenController } from './service-account-token/index.ts';
import { statefulSetController } from './stateful-set/index.ts';
import { taintEvictionController } from './taint-eviction/index.ts';
import { type TenantDirectory, tenantController } from './tenant/index.ts';
import { tokenCleaner } from './token-cleaner/index.ts';
import { ttlAfterFinishedController } from './ttl-after-finished/index.ts';

export interface ControllerOptions {
  /** PEM certificates that pods should trust for the API server; published as kube-root-ca.crt. */
  caBundle: string;
  /** Absent: Namespaces make no tenants. */
  tenants?: TenantDirectory;
  /** Makes the token that a ServiceAccount's Secret of that name is to hold. */
  issueSecretToken: ServiceAccountTokenOptions['issue'];
  nodeSilence: NodeLifecycleOptions['silence'];
  /** Absent: nothing publishes the API in the cluster. */
  kubernetesService?: KubernetesServiceOptions;
  /** Seconds without a heartbeat after which a node's state is Unknown. Default 40. */
  nodeMonitorGraceSeconds?: number;
  /** The same for a node that has never reported. Default 60. */
  nodeStartupGraceSeconds?: number;
  /** Finished pods that are kept; 0 keeps all. Default 12500. */
  terminatedPodThreshold?: number;
  /** Seconds that an Event is kept after it last occurred. Default 3600. */
  eventTtlSeconds?: number;
}

export function allControllers(options: ControllerOptions): Controller[] {
  return [
    customResourceDefinitionController,
    deploymentController,
    replicaSetController,
    replicationController,
    daemonSetController,
    statefulSetController,
    jobController,
    cronJobController,
    disruptionController,
    ttlAfterFinishedController,
    endpointsController,
    endpointSliceController,
    namespaceController,
    garbageCollector,
    serviceAccountController,
    rootCaController(options.caBundle),
    serviceAccountTokenController({ caBundle: options.caBundle, issue: options.issueSecretToken }),
    tokenCleaner,
    ...(options.kubernetesService === undefined ? [] : [kubernetesServiceController(options.kubernetesService)]),
    ...(options.tenants === undefined ? [] : [tenantController(options.tenants)]),
    nodeLifecycleController({
      silence: options.nodeSilence,
      monitorSeconds: options.nodeMonitorGraceSeconds ?? 40,
      startupSeconds: options.nodeStartupGraceSeconds ?? 60,
    }),
    nodeIpamController,
    resourceQuotaController,
    taintEvictionController,
    podGarbageCollector(options.terminatedPodThreshold ?? 12500),
    eventExpiryController(options.eventTtlSeconds ?? 3600),
  ];
}
