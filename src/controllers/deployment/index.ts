/** Rolls a pod template out through ReplicaSets. Upstream: pkg/controller/deployment. */
import { DEPLOYMENTS, type Deployment, REPLICA_SETS } from '../../client/resources.ts';
import { labelSelectorRequirements, selectorMatches } from '../../meta/selectors.ts';
import { type Controller, DONE, type ReconcileContext, type Result } from '../../reconcile/contract.ts';
import {
  childKeys,
  objectKey,
  parseSelectionKey,
  type Selection,
  selectionKeys,
  splitKey,
} from '../../reconcile/keys.ts';
import { claimChildren } from '../shared/claim.ts';
import { Rollout } from './rollout.ts';

export const deploymentController: Controller = {
  name: 'deployment-controller',
  watches: ['deployments.apps', 'replicasets.apps', 'pods'],
  keys(change) {
    if (change.resource === 'deployments.apps') return [objectKey(change.object)];
    // A pod matters only by its end: Recreate waits for the last old pod. Whatever else it does its ReplicaSet tells.
    if (change.resource === 'pods') return hasEnded(change) ? selectionKeys(change) : [];
    return childKeys(change, 'Deployment');
  },
  async reconcile(context, key) {
    const selection = parseSelectionKey(key);
    if (selection !== undefined) return await wakeSelecting(context, selection);
    const { namespace, name } = splitKey(key);
    const deployment = await context.client.find(DEPLOYMENTS, namespace, name);
    return deployment === undefined ? DONE : await sync(context, deployment);
  },
};

function hasEnded(change: Parameters<Controller['keys']>[0]): boolean {
  if (change.type === 'DELETED') return true;
  const phase = (change.object as { status?: { phase?: string } }).status?.phase;
  return phase === 'Succeeded' || phase === 'Failed';
}

async function wakeSelecting(context: ReconcileContext, { namespace, labels }: Selection): Promise<Result> {
  const { items } = await context.client.list(DEPLOYMENTS, { namespace });
  const selecting = items.filter(({ spec }) => labels === undefined || selectorMatches(spec?.selector, labels));
  await context.enqueue(selecting.map(objectKey));
  return DONE;
}

async function sync(context: ReconcileContext, deployment: Deployment): Promise<Result> {
  const selector = deployment.spec?.selector ?? {};
  if (labelSelectorRequirements(selector).length === 0) return await refuse(context, deployment);
  const replicaSets = await claimChildren(context, {
    owner: deployment,
    ownerResource: DEPLOYMENTS,
    selector,
    resource: REPLICA_SETS,
  });
  return await new Rollout(context, deployment, replicaSets).run();
}

async function refuse({ client, events }: ReconcileContext, deployment: Deployment): Promise<Result> {
  const message = 'This deployment is selecting all pods. A non-empty selector is required.';
  await events.event(deployment, 'Warning', 'SelectingAll', message);
  const { generation } = deployment.metadata;
  if (generation !== undefined && (deployment.status?.observedGeneration ?? 0) < generation) {
    await client.updateStatus(DEPLOYMENTS, {
      ...deployment,
      status: { ...deployment.status, observedGeneration: generation },
    });
  }
  return DONE;
}
