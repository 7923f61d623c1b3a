/** Every controller of a tenant's control plane. They meet only in what they read and write through the API. */
import type { Controller } from '../reconcile/contract.ts';
import { deploymentController } from './deployment/index.ts';
import { replicaSetController } from './replica-set/index.ts';

export interface ControllerOptions {
  /** PEM certificates that pods should trust for the API server; published as kube-root-ca.crt. */
  caBundle: string;
}

export function allControllers(_options: ControllerOptions): Controller[] {
  return [deploymentController, replicaSetController];
}
