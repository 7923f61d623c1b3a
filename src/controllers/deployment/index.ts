/** Rolls a pod template out through ReplicaSets. Upstream: pkg/controller/deployment. */
import { DEPLOYMENTS, type Deployment, REPLICA_SETS } from '../../client/resources.ts';
import { controllerOf } from '../../meta/object.ts';
import { labelSelectorRequirements } from '../../meta/selectors.ts';
import { type Controller, DONE, type Key, type ReconcileContext, type Result } from '../../reconcile/contract.ts';
import { childKeys, controllerKeys, objectKey, parseSelectionKey, splitKey } from '../../reconcile/keys.ts';
import { adoptOrphans, claimChildren } from '../shared/claim.ts';
import { Rollout } from './rollout.ts';

export const deploymentController: Controller = {
  name: 'deployment-controller',
  watches: ['deployments.apps', 'replicasets.apps', 'pods'],
  keys(change) {
    if (change.resource === 'deployments.apps') return [objectKey(change.object)];
    // A pod matters only by its end: Recreate waits for the last old pod. Whatever else it does its ReplicaSet tells.
    if (change.resource === 'pods')
      return hasEnded(change) ? controllerKeys(change, 'ReplicaSet').map(ofReplicaSet) : [];
    return childKeys(change, 'Deployment');
  },
  async reconcile(context, key) {
    const selection = parseSelectionKey(key);
    if (selection !== undefined) {
      await adoptOrphans(context, { ownerResource: DEPLOYMENTS, resource: REPLICA_SETS }, selection);
      return DONE;
    }
    if (key.startsWith(OF_REPLICA_SET)) return await wakeOwner(context, key.slice(OF_REPLICA_SET.length));
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

const OF_REPLICA_SET = 'replicaset:';

/** The key of the Deployment that owns a ReplicaSet, of which only the name is known. */
function ofReplicaSet(key: Key): Key {
  return `${OF_REPLICA_SET}${key}`;
}

async function wakeOwner(context: ReconcileContext, replicaSetKey: Key): Promise<Result> {
  const { namespace, name } = splitKey(replicaSetKey);
  const replicaSet = await context.client.find(REPLICA_SETS, namespace, name);
  const owner = replicaSet && controllerOf(replicaSet);
  if (owner?.kind === 'Deployment') await context.enqueue([`${namespace}/${owner.name}`]);
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
