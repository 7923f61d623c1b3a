/**
 * Keeps as many pods of a template as a ReplicaSet or a ReplicationController asks for. Upstream: pkg/controller/replicaset,
 * of which pkg/controller/replication is an adapter.
 */
import { PODS, type Pod } from '../../client/resources.ts';
import { semanticEqual } from '../../meta/equal.ts';
import { type Controller, DONE, type ReconcileContext, type Result } from '../../reconcile/contract.ts';
import { childKeys, objectKey, parseSelectionKey, splitKey } from '../../reconcile/keys.ts';
import { adoptOrphans, claimChildren } from '../shared/claim.ts';
import { isPodActive, nextAvailability } from '../shared/pods.ts';
import { REPLICA_SET, REPLICATION_CONTROLLER, type Replicated, type ReplicatedKind } from './kinds.ts';
import { manageReplicas } from './pods.ts';
import { replicatedStatus } from './status.ts';

export const replicaSetController = controllerOfKind(REPLICA_SET);
export const replicationController = controllerOfKind(REPLICATION_CONTROLLER);

function controllerOfKind(kind: ReplicatedKind): Controller {
  const { resource } = kind;
  const watched = resource.group === '' ? resource.resource : `${resource.resource}.${resource.group}`;
  return {
    name: kind.name,
    watches: [watched, 'pods'],
    keys(change) {
      if (change.resource === watched) return [objectKey(change.object)];
      return childKeys(change, resource.kind);
    },
    async reconcile(context, key) {
      const selection = parseSelectionKey(key);
      if (selection !== undefined) {
        const adoption = { ownerResource: resource, resource: PODS, selectorOf: kind.selectorOf };
        await adoptOrphans<Replicated, Pod>(context, adoption, selection);
        return DONE;
      }
      const { namespace, name } = splitKey(key);
      const owner = await context.client.find(resource, namespace, name);
      return owner === undefined ? DONE : await sync(context, kind, owner);
    },
  };
}

async function sync(context: ReconcileContext, kind: ReplicatedKind, owner: Replicated): Promise<Result> {
  const pods = await claimChildren(context, {
    owner,
    ownerResource: kind.resource,
    selector: kind.selectorOf(owner),
    resource: PODS,
  });
  const active = pods.filter(isPodActive);
  let failure: Error | undefined;
  if (owner.metadata.deletionTimestamp === undefined) {
    failure = await manageReplicas(context, kind, owner, active).then(
      () => undefined,
      (error: unknown) => (error instanceof Error ? error : new Error(String(error))),
    );
  }
  const status = replicatedStatus(owner, active, failure, context.now());
  if (!semanticEqual(status, owner.status)) {
    await context.client.updateStatus(kind.resource, { ...owner, status } as Replicated);
  }
  if (failure !== undefined) throw failure;
  return nextAvailability(active, owner.spec?.minReadySeconds ?? 0, context.now());
}
